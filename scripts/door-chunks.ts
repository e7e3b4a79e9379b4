/**
 * Chunks by door: all that a module needs at once lies in one file. Left alone, a bundler puts every
 * module that two doors share into a file of its own, and opening a file costs more than reading it.
 */
import type { Plugin } from 'rolldown';

export interface Door {
  /** Name of the chunk. */
  readonly name: string;
  /** End of the path of the module that is the door. */
  readonly module: string;
}

export interface DoorChunks {
  readonly plugin: Plugin;
  readonly groups: readonly { readonly name: string; readonly priority: number; test(id: string): boolean }[];
}

/** A module goes to the first of the doors that reaches it by static imports. */
export function doorChunks(doors: readonly Door[]): DoorChunks {
  const members = new Map<string, ReadonlySet<string>>();
  return {
    plugin: {
      name: 'door-chunks',
      buildEnd() {
        const ids = [...this.getModuleIds()];
        for (const { name, module } of doors) {
          const reached = new Set<string>();
          const queue = ids.filter((id) => id.replaceAll('\\', '/').endsWith(module));
          if (queue.length !== 1) throw new Error(`no single module ends with ${module}`);
          for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
            if (reached.has(id)) continue;
            reached.add(id);
            queue.push(...(this.getModuleInfo(id)?.importedIds ?? []));
          }
          members.set(name, reached);
        }
      },
    },
    groups: doors.map(({ name }, index) => ({
      name,
      priority: doors.length - index,
      test: (id) => members.get(name)?.has(id) ?? false,
    })),
  };
}
