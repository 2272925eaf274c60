// Fetching public datasets, against servers on this machine that behave badly.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { fetchPinned } from '../../src/dataset/download.js';
import type { PinnedFile } from '../../src/dataset/pinned.js';
import { sha256Hex } from '../../src/util/digest.js';
import { Rng } from '../../src/util/rng.js';

const rng = new Rng(9);
const CONTENT = Buffer.from(Uint8Array.from({ length: 200_000 }, () => rng.below(256)));
const SMALL = Buffer.from('labels');
const FILES: readonly PinnedFile[] = [
  { name: 'images.gz', sha256: sha256Hex(CONTENT) },
  { name: 'labels.gz', sha256: sha256Hex(SMALL) },
];

interface Request {
  readonly url: string;
  readonly range: string | undefined;
}

/** A server with the right content unless `behave` answers first. Returns its address and what was asked of it. */
async function serve(
  test: Test,
  behave: (request: IncomingMessage, response: ServerResponse, nth: number) => boolean = () => false,
): Promise<{ base: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', range: request.headers.range });
    if (behave(request, response, requests.length)) return;
    const content = request.url === '/images.gz' ? CONTENT : SMALL;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= content.length) {
      response.writeHead(416).end();
    } else if (from > 0) {
      const range = `bytes ${String(from)}-${String(content.length - 1)}/${String(content.length)}`;
      response.writeHead(206, { 'content-range': range, 'content-length': content.length - from });
      response.end(content.subarray(from));
    } else {
      response.writeHead(200, { 'content-length': content.length }).end(content);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, requests };
}

/** Sends the first `bytes` and breaks the connection. */
function cutOff(response: ServerResponse, bytes: number): true {
  response.writeHead(200, { 'content-length': CONTENT.length });
  response.write(CONTENT.subarray(0, bytes), () => {
    // The bytes have to leave before the connection breaks.
    setTimeout(() => response.destroy(), 250);
  });
  return true;
}

function isComplete(test: Test, folder: string): void {
  test.ok(readFileSync(join(folder, 'images.gz')).equals(CONTENT));
  test.ok(readFileSync(join(folder, 'labels.gz')).equals(SMALL));
  test.same(readdirSync(folder).sort(), ['images.gz', 'labels.gz'], 'no .part is left');
}

t.test('a plain download, once', async (test) => {
  const folder = join(test.testdir({}), 'new', 'folder');
  const { base, requests } = await serve(test);
  test.same(await fetchPinned(FILES, folder, [base], {}), ['images.gz', 'labels.gz']);
  isComplete(test, folder);
  test.same(await fetchPinned(FILES, folder, [base], {}), [], 'what is there is not fetched again');
  test.equal(requests.length, 2);
  writeFileSync(join(folder, 'labels.gz'), 'damaged');
  test.same(await fetchPinned(FILES, folder, [base], {}), ['labels.gz'], 'a damaged file is');
  isComplete(test, folder);
});

t.test('a server that cuts off: goes on where it stopped', async (test) => {
  const folder = test.testdir({});
  const { base, requests } = await serve(test, (_request, response, nth) => nth === 1 && cutOff(response, 70_000));
  await fetchPinned(FILES, folder, [base], {});
  isComplete(test, folder);
  test.match(requests[1], { url: '/images.gz', range: /^bytes=\d+-$/ });
  test.ok(Number(/\d+/.exec(requests[1].range ?? '')?.[0]) > 0);
});

t.test('a part from an earlier run is used', async (test) => {
  const folder = test.testdir({ 'images.gz.part': CONTENT.subarray(0, 150_000) });
  const { base, requests } = await serve(test);
  await fetchPinned(FILES, folder, [base], {});
  isComplete(test, folder);
  test.equal(requests[0].range, 'bytes=150000-');
});

t.test('a part that is whole already, or too long', async (test) => {
  for (const extra of [0, 10]) {
    const folder = test.testdir({ 'images.gz.part': Buffer.concat([CONTENT, Buffer.alloc(extra)]) });
    const { base } = await serve(test);
    await fetchPinned(FILES, folder, [base], {});
    isComplete(test, folder);
  }
});

t.test('a server that ignores Range', async (test) => {
  const folder = test.testdir({ 'images.gz.part': CONTENT.subarray(0, 50_000) });
  const { base, requests } = await serve(test, (request, response) => {
    const content = request.url === '/images.gz' ? CONTENT : SMALL;
    response.writeHead(200, { 'content-length': content.length }).end(content);
    return true;
  });
  await fetchPinned(FILES, folder, [base], {});
  isComplete(test, folder);
  test.equal(requests.length, 2, 'one request a file: the part began anew at once');
});

t.test('a server that sends another range than asked for', async (test) => {
  const folder = test.testdir({ 'images.gz.part': CONTENT.subarray(0, 50_000) });
  const liar = await serve(test, (request, response) => {
    if (request.headers.range === undefined) return false;
    response.writeHead(206, { 'content-range': `bytes 0-9/${String(CONTENT.length)}` }).end(CONTENT.subarray(0, 10));
    return true;
  });
  const honest = await serve(test);
  await fetchPinned(FILES, folder, [liar.base, honest.base], {});
  isComplete(test, folder);
});

t.test('a part with wrong bytes is thrown away', async (test) => {
  const folder = test.testdir({ 'images.gz.part': Buffer.alloc(50_000, 1) });
  const { base } = await serve(test);
  await fetchPinned(FILES, folder, [base], {});
  isComplete(test, folder);
});

t.test('wrong bytes everywhere: refused, and nothing stays', async (test) => {
  const folder = test.testdir({});
  const wrong = await serve(test, (_request, response) => {
    response.writeHead(200).end('<html>log in first</html>');
    return true;
  });
  await test.rejects(fetchPinned(FILES, folder, [wrong.base], {}), {
    code: 'DATASET_DIGEST_MISMATCH',
    context: { expected: FILES[0].sha256, actual: sha256Hex('<html>log in first</html>') },
  });
  test.same(readdirSync(folder), []);
  const right = await serve(test);
  await fetchPinned(FILES, folder, [wrong.base, right.base], {});
  isComplete(test, folder);
});

t.test('no server answers: what came is kept for the next time', async (test) => {
  const folder = test.testdir({});
  const bad = await serve(test, (_request, response, nth) => {
    if (nth === 1) return cutOff(response, 60_000);
    response.writeHead(503).end();
    return true;
  });
  const silent = await serve(test, () => true);
  const options = { stallTimeoutMs: 800 };
  await test.rejects(fetchPinned(FILES, folder, [bad.base, silent.base, 'http://127.0.0.1:1/'], options), {
    code: 'DATASET_DOWNLOAD_FAILED',
    context: { file: 'images.gz', failures: [/503|terminated|aborted/] },
  });
  test.ok(statSync(join(folder, 'images.gz.part')).size > 0);
  test.notOk(existsSync(join(folder, 'images.gz')));
});

t.test('stopped by the user', async (test) => {
  const folder = test.testdir({});
  const stop = new AbortController();
  const { base } = await serve(test, (_request, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, 1000));
    setTimeout(() => {
      stop.abort(new Error('stopped'));
    }, 50);
    return true;
  });
  await test.rejects(fetchPinned(FILES, folder, [base], { signal: stop.signal }), { message: 'stopped' });
  test.notOk(existsSync(join(folder, 'images.gz')));
});

t.test('from a folder at hand', async (test) => {
  const root = test.testdir({
    hand: { 'images.gz': CONTENT, 'labels.gz': SMALL },
    wrong: { 'images.gz': 'something else' },
    empty: {},
  });
  const from = join(root, 'hand');
  const folder = join(root, 'cache');
  await fetchPinned(FILES, folder, [], { from });
  isComplete(test, folder);
  test.same(await fetchPinned(FILES, folder, [], { from }), [], 'what is cached is not copied again');
  const wrong = join(root, 'wrong');
  await test.rejects(fetchPinned(FILES, join(wrong, 'cache'), [], { from: wrong }), {
    code: 'DATASET_DIGEST_MISMATCH',
    context: { file: join(wrong, 'images.gz') },
  });
  test.notOk(existsSync(join(wrong, 'cache', 'images.gz')));
  await test.rejects(
    fetchPinned(FILES, folder, [], { from: wrong }),
    { code: 'DATASET_DIGEST_MISMATCH' },
    'a folder that was named is looked at, whatever the cache has',
  );
  isComplete(test, folder);
  const empty = join(root, 'empty');
  await test.rejects(fetchPinned(FILES, join(empty, 'cache'), [], { from: empty }), { code: 'DATASET_FILE_MISSING' });
});
