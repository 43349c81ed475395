/** The few helpers that make building DOM by hand short. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes that are false or undefined are left out; true ones are empty. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/** Sets, or removes for false and undefined; an attribute that has the value already is not touched. */
export function setAttribute(node: Element, name: string, value: string | number | boolean | undefined): void {
  const text = value === true ? '' : String(value);
  if (value === false || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export interface View<Item> {
  readonly element: HTMLElement;
  update(item: Item): void;
}

/**
 * KeyedList: one view per item of a list, kept as long as its key is in the list.
 *
 * Views that stay where they are are not moved, so focus, selection and animations in them survive.
 */
export class KeyedList<Item> {
  private views = new Map<string, View<Item>>();

  constructor(
    private readonly container: HTMLElement,
    private readonly keyOf: (item: Item) => string,
    private readonly make: (item: Item) => View<Item>,
  ) {}

  update(items: readonly Item[]): void {
    const next = new Map<string, View<Item>>();
    for (const item of items) {
      const key = this.keyOf(item);
      next.set(key, this.views.get(key) ?? this.make(item));
    }
    for (const [key, view] of this.views) if (next.get(key) !== view) view.element.remove();
    let place: Element | null = this.container.firstElementChild;
    for (const item of items) {
      const view = next.get(this.keyOf(item))!;
      view.update(item);
      if (view.element === place) place = place.nextElementSibling;
      else this.container.insertBefore(view.element, place);
    }
    this.views = next;
  }

  get(key: string): View<Item> | undefined {
    return this.views.get(key);
  }
}

let nextId = 1;

/** An id for `aria-controls` and `for`. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${nextId++}`;
}
