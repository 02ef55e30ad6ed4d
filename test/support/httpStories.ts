/** Conversations in HTTP/1.x; used to compare what is said about them with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { capture, tcp } from './packetBuilder.ts';
import { conversation, type Sent } from './streamStories.ts';

const head = (first: string, ...fields: string[]): string => [first, ...fields, '', ''].join('\r\n');
const get = (target: string, ...fields: string[]): string =>
  head(`GET ${target} HTTP/1.1`, 'Host: h', ...fields);
const ok = (type: string, body: string, ...fields: string[]): string =>
  head(
    'HTTP/1.1 200 OK',
    ...(type ? [`Content-Type: ${type}`] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...fields,
  ) + body;
const chunked = (body: string, ...fields: string[]): string =>
  head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', ...fields) + body;

const SENT: Record<string, Sent[]> = {
  'a page and a form': [
    ['C', get('/x/y?a=1&b=%20c', 'User-Agent: test', 'Cookie: a=b; c=d', 'X-Other: z')],
    ['S', ok('text/plain', 'hello', 'Date: today')],
    [
      'C',
      head(
        'POST /form HTTP/1.1',
        'Host: h',
        'Content-Type: application/x-www-form-urlencoded',
        'Content-Le',
      ).slice(0, -4),
    ],
    ['C', 'ngth: 11\r\n\r\na=1&b=2%20+'],
    ['S', chunked('3\r\n<p>\r\n2;x=y\r\nab\r\n0\r\n\r\n', 'Content-Type: text/html')],
    ['C!', ''],
  ],
  'requests without waiting': [
    ['C', get('/1') + get('/2')],
    ['S', head('HTTP/1.1 204 No Content') + ok('', 'abc')],
    ['C', get('/3')],
    ['S', ok('text/css', 'a{}') + ok('text/plain', 'b')],
    ['C', `${head('PUT /4 HTTP/1.1', 'Content-Length: 5', 'Content-Type: text/plain')}hello${get('/5')}`],
  ],
  'in pieces': [
    ['C', 'POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\n012'],
    ['C', '345'],
    ['C', '6789GET /y HTTP/1.1\r\n'],
    ['C', '\r\nGET /z HTTP/1.1\r\n\r\nGET /w HTTP'],
    ['C', '/1.1\r\n\r\nGET /v HTTP/1.1\r\n\r\n'],
    ['S', chunked('5\r\nab')],
    ['S', 'cde\r\n3;x=y\r\nabc\r\n0\r'],
    ['S', '\n\r\n'],
    ['S', 'HTTP/1.0 200 OK\r\n\r\nuntil the end'],
    ['S!', 'of it'],
  ],
  'odd headers': [
    [
      'C',
      head(
        'GET /a/b;x=1/c?q HTTP/1.1',
        'Accept:   */*  ',
        'accept-encoding: gzip,  b',
        'Cookie: a=b;c=d ; e; =f;;',
        'Upgrade: other',
        'Connection: Upgrade',
        'authorization: Basic zzz',
        'Proxy-Authorization: Basic dXNlcjpwdw==',
        'Content-Length: 0x',
        'X-Tab:\tq\t',
        'Empty:',
        'Bad name: q',
      ),
    ],
    ['C', head('GET  /two  HTTP/1.1', 'Host: ', 'Cookie: ')],
    ['C', head('GET /nover', 'Host: h:80 ')],
    ['C', head('GET', 'Host: h:80 ')],
    ['C', head('GET http://other/x HTTP/1.1', 'host: h')],
    ['C', head('OPTIONS * HTTP/1.1', 'Host: h')],
    ['C', 'GET /lines HTTP/1.1\nHost: x\n\n'],
    ['C', `\r\n${get('/late')}`],
    ['C', head('GET /x HTTP/1.1', 'X: folded', '  more', 'Y: z')],
    ['C', head('FOO /x HTTP/1.1')],
    ['C', 'nothing known\r\n'],
  ],
  JSON: [
    ['C', get('/')],
    ...[
      '{"a": {"b": [1, "two", true, null, {"c": false}, [2.5e3]]}, "d" : "x\\u00e9\\"q"}',
      '[]',
      ' {} ',
      '"top"',
      '{"a":}',
      '{"a":1}{"b":2}',
      'nonsense',
      '[{"x":[]},{"y":{}}]',
      '{"a":1,}',
      `${'['.repeat(5000)}1`,
    ].map((body): Sent => ['S', ok('application/json', body)]),
  ],
  'odd responses': [
    ['C', head('GET /nohost HTTP/1.0')],
    ['S', head('HTTP/1.1 302 Found', 'Location: /other', 'Set-Cookie: a=b; Path=/', 'content-length: 0')],
    ['S', head('HTTP/1.1 304 Not Modified', 'Content-Length: 5', 'Content-Type: text/plain')],
    ['S', head('HTTP/1.1 999', 'Content-Length: 0')],
    ['S', head('HTTP/1.1 abc', 'Content-Length: 0')],
    ['S', head('HTTP/1.1  200  Fine   thing ', 'Content-Length: 0')],
    ['S', head('HTTP/1.1 100 Continue')],
    ['S', chunked('3\r\nabc\r\n0\r\n\r\n', 'Content-Length: 3')],
    ['S', head('HTTP/1.1 200 OK', 'Content-Length: 1', 'Transfer-Encoding: zzz') + 'q'],
    ['S', ok('', 'q', 'Content-Encoding: gzip')],
  ],
  'bodies of all kinds': [
    ['C', get('/')],
    ['S', ok('application/octet-stream', '\0\x01\x02')],
    ['S', ok('text/html; charset=utf-8', '<html>\n  <body>\r\n\r\n\té</html>')],
    ['S', ok('application/zzz', 'q')],
    ['S', ok('text/csv', 'a,b')],
    ['S', ok('Text/Plain', 'a\r\rb\n\n')],
    ['S', ok('text/javascript', 'a;')],
    ['S', ok('application/x-www-form-urlencoded', 'a=1&b&=c&&d=%41%zz')],
    ['S', ok('application/x-www-form-urlencoded', 'a=1&b')],
    ['S', ok('application/x-www-form-urlencoded', 'a=1&b=')],
    ['S', ok('application/x-www-form-urlencoded', 'a%z=1&b=')],
    ['S', ok('text/plain', 'a\r')],
    ['S', ok('text/event-stream', 'data: x\n\n')],
  ],
};

/** One direction, by the places of the segments: some are lost, sent again, or overtaken. */
function disordered(...parts: [from: number, to: number, after?: number][]): CapturedFrame[] {
  const text = get('/', `X: ${'x'.repeat(300)}`) + get('/2');
  const [handshake, ...segments] = [
    conversation([]),
    ...parts.map(([from, to, after = 10_000]) => ({
      after,
      bytes: tcp({
        from: '10.0.0.1:40312',
        to: '10.0.0.2:8080',
        flags: 'PSH ACK',
        seq: 1_000_001 + from,
        ack: 4_200_000_001,
        window: 512,
        payload: text.slice(from, to),
      }),
    })),
  ] as const;
  let at = 30_000;
  const packets = segments.map(({ after, bytes }) => ({ at: (at += after), bytes }));
  return [
    ...handshake,
    ...capture(packets).map((one) => ({ ...one, number: one.number + handshake.length })),
  ];
}

export const HTTP_STORIES: Record<string, () => CapturedFrame[]> = {
  ...Object.fromEntries(Object.entries(SENT).map(([name, sent]) => [name, () => conversation(sent)])),
  'not finished': () =>
    conversation([
      ['C', 'GET / HTTP/1.1\r\n'],
      ['C', 'Host: h\r\n'],
      ['C', 'X: y'],
    ]),
  'in many pieces, with long lines': () =>
    conversation(
      get(`/${'p'.repeat(250)}?${'q'.repeat(250)}`, `Cookie: ${'c'.repeat(230)}`)
        .match(/.{1,20}/gs)!
        .map((part): Sent => ['C', part]),
    ),
  'the second part comes last': () => disordered([0, 100], [200, 300], [300, 400], [100, 200]),
  overtaken: () => disordered([0, 100], [200, 300], [100, 200, 1000], [300, 400]),
  'the first part is sent again': () => disordered([0, 100], [0, 100, 5e8], [100, 200], [200, 400]),
  'a whole request is sent again': () => disordered([0, 400], [0, 400, 5e8]),
  'sent again with more': () => disordered([0, 100], [0, 200, 5e8], [200, 400]),
};
