import { ErrorCode } from './codes.ts';

/** The server broke the protocol in a way that ends the connection. `code` is sent to it in a GOAWAY. */
export class Violation extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const protocolError = (message: string): Violation => new Violation(ErrorCode.PROTOCOL_ERROR, message);
export const frameSizeError = (message: string): Violation => new Violation(ErrorCode.FRAME_SIZE_ERROR, message);
export const flowControlError = (message: string): Violation => new Violation(ErrorCode.FLOW_CONTROL_ERROR, message);
export const compressionError = (message: string): Violation => new Violation(ErrorCode.COMPRESSION_ERROR, message);
/** The server asks for more memory or work than an honest one needs. */
export const excessError = (message: string): Violation => new Violation(ErrorCode.ENHANCE_YOUR_CALM, message);
