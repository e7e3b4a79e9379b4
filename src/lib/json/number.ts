export const NUMBER_START = 1;
const AFTER_MINUS = 2;
const AFTER_ZERO = 3;
const IN_INTEGER = 4;
const AFTER_POINT = 5;
const IN_FRACTION = 6;
const AFTER_E = 7;
const AFTER_SIGN = 8;
const IN_EXPONENT = 9;

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/**
 * One step through a number of JSON (RFC 8259, section 6): the next state, 0 when the number was complete before this
 * byte, -1 when there is no such number. Begin in {@link NUMBER_START}.
 */
export function nextInNumber(state: number, byte: number): number {
  const digit = isDigit(byte);
  const exponent = byte === 0x65 || byte === 0x45;
  switch (state) {
    case NUMBER_START:
      if (byte === 0x2d) return AFTER_MINUS;
      return digit ? (byte === 0x30 ? AFTER_ZERO : IN_INTEGER) : -1;
    case AFTER_MINUS:
      return digit ? (byte === 0x30 ? AFTER_ZERO : IN_INTEGER) : -1;
    case AFTER_ZERO:
      if (digit) return -1;
      return byte === 0x2e ? AFTER_POINT : exponent ? AFTER_E : 0;
    case IN_INTEGER:
      if (digit) return IN_INTEGER;
      return byte === 0x2e ? AFTER_POINT : exponent ? AFTER_E : 0;
    case AFTER_POINT:
      return digit ? IN_FRACTION : -1;
    case IN_FRACTION:
      if (digit) return IN_FRACTION;
      return exponent ? AFTER_E : 0;
    case AFTER_E:
      if (byte === 0x2b || byte === 0x2d) return AFTER_SIGN;
      return digit ? IN_EXPONENT : -1;
    case AFTER_SIGN:
      return digit ? IN_EXPONENT : -1;
    default:
      return digit ? IN_EXPONENT : 0;
  }
}
