/**
 * The process that holds a vendor's module, and nothing else of worth: the vault is in another one. A module that hangs
 * or crashes takes this process down alone.
 */
import { type Module, type Session, SessionFlag } from "graphene-pk11";
import * as v from "valibot";
import { TokenError } from "../../error.ts";
import { serveParent } from "../../worker/own-process.ts";
import type { WorkerFailure } from "../../worker/worker-process.ts";
import { makeKeyPair, readKeyPair, sign } from "./key-pair.ts";
import {
  type FailureCode,
  type OperationName,
  openSchema,
  operations,
  type RequestOf,
  type ResultOf,
  requestSchema,
} from "./messages.ts";
import { findToken, firstLine, openModule } from "./vendor-module.ts";
import { findWrappingKey, makeWrappingKey, unwrap, wrap } from "./wrapping-key.ts";

/** One process serves one token with one session. */
let session: Session | undefined;

function openToken(module: Module, { token }: RequestOf<"openToken">): ResultOf<"openToken"> {
  const { slot } = findToken(module, token);
  session = slot.open(SessionFlag.SERIAL_SESSION | SessionFlag.RW_SESSION);
  return {};
}

function login({ pin }: RequestOf<"login">): ResultOf<"login"> {
  try {
    requireSession().login(pin);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("CKR_USER_ALREADY_LOGGED_IN"))) throw error;
  }
  return {};
}

function requireSession(): Session {
  if (session === undefined) throw new TokenError("MODULE_FAILED", "The token is used before it was opened.");
  return session;
}

type Handlers = { readonly [Name in OperationName]: (request: RequestOf<Name>) => ResultOf<Name> };

function handlersOf(module: Module): Handlers {
  return {
    openToken: (request) => openToken(module, request),
    login,
    makeWrappingKey({ name }) {
      makeWrappingKey(requireSession(), name);
      return {};
    },
    findWrappingKey: ({ key }) => findWrappingKey(requireSession(), key),
    wrap: (request) => wrap(requireSession(), request),
    unwrap: (request) => unwrap(requireSession(), request),
    makeKeyPair: (request) => makeKeyPair(requireSession(), request),
    readKeyPair: (request) => readKeyPair(requireSession(), request),
    sign: (request) => sign(requireSession(), request),
  };
}

const MEANS_WRONG_PIN = /CKR_PIN_(INCORRECT|INVALID|LEN_RANGE|LOCKED|EXPIRED)/;
/** The session, the login or the token is gone; a new process may find them again. */
const MEANS_LOST =
  /CKR_(SESSION_(HANDLE_INVALID|CLOSED)|DEVICE_(REMOVED|ERROR)|TOKEN_NOT_(PRESENT|RECOGNIZED)|USER_NOT_LOGGED_IN|OBJECT_HANDLE_INVALID|KEY_HANDLE_INVALID|SLOT_ID_INVALID|CRYPTOKI_NOT_INITIALIZED|SESSION_COUNT|OPERATION_ACTIVE)/;

function describeFailure(error: unknown): WorkerFailure & { readonly code: FailureCode } {
  if (error instanceof TokenError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint !== undefined && { hint }) };
  }
  const text = firstLine(error);
  if (MEANS_WRONG_PIN.test(text)) {
    const isLocked = text.includes("CKR_PIN_LOCKED");
    return {
      code: "WRONG_PIN",
      message: isLocked
        ? "The token is locked: too many wrong PINs."
        : `The token refuses the PIN (${text}).`,
      hint: isLocked
        ? "Its security officer has to unlock it."
        : "The PIN is not tried again, because tokens lock; correct it and start anew.",
    };
  }
  return {
    code: MEANS_LOST.test(text) ? "LOST" : "MODULE_FAILED",
    message: `The PKCS#11 module failed: ${text}.`,
  };
}

function handle<Name extends OperationName>(
  handlers: Handlers,
  operation: Name,
  request: unknown,
): ResultOf<Name> {
  const parsed = v.parse(operations[operation].request, request) as RequestOf<Name>;
  return handlers[operation](parsed);
}

/** Serves the parent process until it is gone: the first question names the module, all others are for it. */
export function servePkcs11(): void {
  let handlers: Handlers | undefined;
  serveParent({
    answer(question) {
      if (handlers === undefined) {
        const { open } = v.parse(openSchema, question);
        handlers = handlersOf(openModule(open.modulePath, open.parameters));
        return {};
      }
      const { operation, request } = v.parse(requestSchema, question);
      return handle(handlers, operation, request);
    },
    describeFailure,
  });
}
