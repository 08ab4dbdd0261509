/** The members that have a value, in their order. For objects of our own making: a key must not be `__proto__`. */
export function compact<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  const kept: Partial<T> = {};
  for (const key of Object.keys(object) as (keyof T)[]) {
    const value = object[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept as T;
}
