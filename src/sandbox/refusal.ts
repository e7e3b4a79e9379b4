/** What the sandbox refuses, in the two forms that FastAPI gives its errors. */
import type { HttpHeaders } from '../domain/http.ts';

/** One fault of a request: `{"loc":["body","picks",0,"location_id"],"msg":"Field required","type":"missing"}`. */
export interface RequestFault {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** A request that is answered with an error status. `detail` becomes the body's `detail`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly detail: string | readonly RequestFault[];
  readonly headers: HttpHeaders;

  constructor(status: number, detail: string | readonly RequestFault[], headers: HttpHeaders = {}) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '));
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** A value that the schema takes but the sandbox cannot work with, as Pydantic's validators word it. */
export function valueFault(loc: RequestFault['loc'], message: string): RequestFault {
  return { loc, msg: `Value error, ${message}`, type: 'value_error' };
}
