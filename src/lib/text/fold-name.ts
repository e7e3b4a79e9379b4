/** `Pick ID`, `PICK-ID` and `pickId` are one name, with invisible characters (a byte order mark) or without. */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_\-\p{Default_Ignorable_Code_Point}]/gu, '');
}
