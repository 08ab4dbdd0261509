import { expect, test } from '@jest/globals';
import { OriginPlaces } from '../../src/wire/origin-places.ts';

/** Takes as many places as an app gets, at most `most`. */
function takeAll(
  places: OriginPlaces,
  apps: readonly string[],
  capacity: number,
  most = capacity,
): Map<string, number> {
  const taken = new Map(apps.map((app) => [app, 0]));
  for (let n = 0; n < most; n++) {
    for (const app of apps) {
      if (places.take(app, 'origin', capacity, 0)) taken.set(app, (taken.get(app) ?? 0) + 1);
    }
  }
  return taken;
}

test('one app alone may have all places of an origin', () => {
  expect(takeAll(new OriginPlaces(), ['a'], 37).get('a')).toBe(37);
});

test('three apps that would fill an origin leave a fourth its share at once', () => {
  const places = new OriginPlaces();
  takeAll(places, ['a', 'b', 'c'], 37);
  expect(takeAll(places, ['d'], 37).get('d')).toBeGreaterThanOrEqual(5);
});

test('an app without requests in flight gets any free place of an origin', () => {
  const places = new OriginPlaces();
  takeAll(places, ['a', 'b'], 4);
  expect(takeAll(places, ['c'], 4).get('c')).toBe(1);
});

test('a place given back is free again', () => {
  const places = new OriginPlaces();
  const place = places.take('a', 'origin', 1, 0);
  expect(places.take('b', 'origin', 1, 0)).toBeUndefined();
  place?.leave();
  expect(places.take('b', 'origin', 1, 0)).toBeDefined();
});
