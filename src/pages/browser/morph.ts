/**
 * Changes an element into a fresh copy of it, node by node, so that what a reader has focused, opened, written or selected
 * stays as it is. Children with ids are recognized by them, others by their place.
 */

/** What the reader has changed, or the script has loaded, is not in the copy. */
const OF_THE_READER: ReadonlySet<string> = new Set(['open']);

/** Returns whether all could be changed: a part in which the reader has selected text is left for later. */
export function morph(current: Element, fresh: Element): boolean {
  if (current.isEqualNode(fresh) || current.hasAttribute('data-keep')) return true;
  if (isSelected(current) && current.children.length === 0) return false;
  copyAttributes(current, fresh);
  return morphChildren(current, fresh);
}

function copyAttributes(current: Element, fresh: Element): void {
  for (const name of current.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && !OF_THE_READER.has(name)) current.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!OF_THE_READER.has(name) && current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
}

/** As {@link morph}, but of what is in it alone. */
export function morphChildren(current: Element, fresh: Element): boolean {
  const isStaying = new Set(Array.from(fresh.children, ({ attributes }) => attributes.getNamedItem('id')?.value));
  let isWhole = true;
  let at: ChildNode | null = current.firstChild;
  const remove = (node: ChildNode): void => {
    if (isSelected(node)) isWhole = false;
    else {
      passFocus(node);
      node.remove();
    }
  };
  for (const child of fresh.childNodes) {
    const known = counterpart(current, at, child);
    if (known === undefined) {
      current.insertBefore(child.cloneNode(true), at);
      continue;
    }
    // What is moved loses the focus: those before it that go are removed instead.
    while (at !== null && at !== known && !(at instanceof Element && isStaying.has(at.getAttribute('id') ?? ''))) {
      const next: ChildNode | null = at.nextSibling;
      remove(at);
      at = next;
    }
    if (known === at) at = at.nextSibling;
    else current.insertBefore(known, at);
    if (known instanceof Element && child instanceof Element) isWhole = morph(known, child) && isWhole;
    else if (known.nodeValue !== child.nodeValue) isWhole = replaceText(known, child.nodeValue) && isWhole;
  }
  while (at !== null) {
    const next: ChildNode | null = at.nextSibling;
    remove(at);
    at = next;
  }
  return isWhole;
}

/** The node that the fresh one is a copy of: the one with its id, else one of its kind that stands where it would. */
function counterpart(parent: Element, at: ChildNode | null, fresh: ChildNode): ChildNode | undefined {
  const id = idOf(fresh);
  if (id !== '') {
    const named = document.getElementById(id);
    return named !== null && named.parentElement === parent ? named : undefined;
  }
  if (at === null || at.nodeType !== fresh.nodeType || at.nodeName !== fresh.nodeName) return undefined;
  return idOf(at) === '' ? at : undefined;
}

/** Not the property: of a form that may be a field of that name. */
function idOf(node: ChildNode): string {
  return node instanceof Element ? (node.getAttribute('id') ?? '') : '';
}

function replaceText(node: ChildNode, text: string | null): boolean {
  // Ages grow in the page.
  if (node.parentElement?.hasAttribute('data-age') === true) return true;
  if (isSelected(node)) return false;
  node.nodeValue = text;
  return true;
}

/** Whether a part of it is in what the reader has selected. */
function isSelected(node: Node): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(node, true);
}

/** The next row has the focus when the one that had it goes. */
function passFocus(leaving: ChildNode): void {
  if (!(leaving instanceof Element) || !leaving.contains(document.activeElement)) return;
  const neighbor = leaving.nextElementSibling ?? leaving.previousElementSibling;
  neighbor?.querySelector<HTMLElement>('a, button')?.focus();
}
