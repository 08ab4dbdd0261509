/** The local time of day, as `14:05:09.042`. */
export function clockTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}
