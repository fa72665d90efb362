/** A value as a program without types would hand it in. */
export function untyped(value: unknown) {
  const box: object = { value };
  return Reflect.get(box, "value");
}
