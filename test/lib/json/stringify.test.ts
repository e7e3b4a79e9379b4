import { describe, expect, it } from 'vitest';
import { compactJson, createJsonForTerminal, jsonLine, jsonText } from '../../../src/lib/json/stringify.ts';

const compact = (text: string): string => Buffer.from(compactJson(Buffer.from(text))).toString();
const line = (...arguments_: Parameters<typeof jsonLine>): string => Buffer.from(jsonLine(...arguments_)).toString();

describe('a compacted document', () => {
  it('has lost its white space, but not the one inside texts', () => {
    expect([
      compact('\ufeff{\r\n\t"a b" : [ 1 , 2 ] ,\n "c\\" d" : "\\\\" , "e" : " x  y " }\n'),
      compact('[]'),
      compact(' " a \\" b " '),
    ]).toEqual(['{"a b":[1,2],"c\\" d":"\\\\","e":" x  y "}', '[]', '" a \\" b "']);
  });

  it('keeps everything that parsing would change', () => {
    expect(compact('{ "id": 12345678901234567890, "x": 1.0, "x": 1e400, "__proto__": {"a": "\\u0041é"} }')).toBe(
      '{"id":12345678901234567890,"x":1.0,"x":1e400,"__proto__":{"a":"\\u0041é"}}',
    );
  });
});

describe('a line of NDJSON', () => {
  it('holds fields and documents, unchanged', () => {
    expect([
      line({ v: 1, type: 'result' }, { payload: Buffer.from('{\n "n": 9007199254740993\n}'), result: null }),
      line({}, { result: Buffer.from(' [1] ') }),
      line({ v: 1 }, {}),
    ]).toEqual([
      '{"v":1,"type":"result","payload":{"n":9007199254740993},"result":null}\n',
      '{"result":[1]}\n',
      '{"v":1}\n',
    ]);
  });
});

describe('JSON that a terminal shows', () => {
  const hostile = '\u001b[31mA\u009b0m\u007f\u202eB\u200b\u{e0041}ü👩\u200d👧';

  it('holds what would act there as escapes, and the same values', () => {
    const text = jsonText({ [hostile]: hostile });
    expect(text).toBe(
      `{${Array(2).fill('"\\u001b[31mA\\u009b0m\\u007f\\u202eB\\u200b\\udb40\\udc41ü👩\u200d👧"').join(':')}}`,
    );
    expect(JSON.parse(text)).toEqual({ [hostile]: hostile });
  });

  it('may come in pieces that cut its characters', () => {
    const document = Buffer.from(`{"a": "${hostile.slice(1)}",\r\n\t"b": 1.0}`);
    const forTerminal = createJsonForTerminal();
    const shown = Array.from(document, (byte) => forTerminal(Uint8Array.of(byte))).join('');
    expect(shown).toBe('{"a": "[31mA\\u009b0m\\u007f\\u202eB\\u200b\\udb40\\udc41ü👩\u200d👧",\r\n\t"b": 1.0}');
  });
});
