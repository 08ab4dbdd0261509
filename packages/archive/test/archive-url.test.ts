import { ConfigError, readEnv } from '@fanfare/runtime';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { archiveEnv } from '../src/index.ts';

const read = (ARCHIVE_URL?: string) => readEnv(z.object(archiveEnv), { ARCHIVE_URL }).ARCHIVE_URL;

test.each([
  [undefined, undefined],
  ['file:/var/lib/fanfare%20archive', { kind: 'file', folder: '/var/lib/fanfare archive' }],
  ['file:///var/archive', { kind: 'file', folder: '/var/archive' }],
  ['postgres://u:p@db/archive?sslmode=verify-full', 'itself'],
  ['postgresql:///archive?host=/run/postgresql', 'itself'],
])('%s is understood', (url, place) => {
  expect(read(url)).toEqual(place === 'itself' ? { kind: 'postgres', url } : place);
});

test.each(['s3://bucket', '/var/archive', 'file://host/share', 'file:/', 'mysql://ann:top-secret@db/archive'])(
  '%s is refused, without its password',
  (url) => {
    expect(() => read(url)).toThrow(ConfigError);
    expect(() => read(url)).toThrow(/expected file:\/folder or postgres:/);
    expect(() => read(url)).not.toThrow(/top-secret/);
  },
);
