import { afterEach, expect, test, vi } from 'vitest';
import { ownServer } from './own-server.ts';

const page = 'https://page.example/chat/';
const json = (body: string, init?: ResponseInit) =>
  Promise.resolve(
    new Response(body, { headers: { 'content-type': 'application/json; charset=utf-8' }, ...init }),
  );

afterEach(() => vi.restoreAllMocks());

test('config.json names the server', async () => {
  expect(await ownServer(page, json('{"server":"https://snug.example/"}'))).toBe(
    'https://snug.example',
  );
});

test.each([
  ['names none', json('{}')],
  ['is not there', json('{}', { status: 404 })],
  ['does not come', Promise.resolve(undefined)],
  ['is broken off', json('{"server":')],
  ['is the host’s index page', Promise.resolve(new Response('<!doctype html>'))],
])('where config.json %s, it is the one that the page came from', async (_what, answer) => {
  expect(await ownServer(page, answer)).toBe('https://page.example');
});

test('a config.json that is none is told of, and does not stop the page', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await ownServer(page, json('{"server":"snug"}'))).toBe('https://page.example');
  expect(said).toHaveBeenCalledOnce();
});
