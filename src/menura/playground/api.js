// The public API, with the key of the session. Every failure is an ApiError in words.
import { adminKey, forgetAdminKey, key, signOut } from "./session.js";

const VERSION = "2026-08-14";

// The API lies one level above the playground, also behind a path of a proxy.
export const ROOT = new URL("../", import.meta.url);

export class ApiError extends Error {
  // `message` says what is wrong, `remedy` what to do; `code` is for programs.
  constructor({ code, message, remedy = "", status = 0, requestId = "" }) {
    super(message);
    Object.assign(this, { name: "ApiError", code, remedy, status, requestId });
  }
}

export function address(path, query = {}) {
  const url = new URL(path.replace(/^\//, ""), ROOT);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") url.searchParams.append(name, one);
    }
  }
  return url;
}

function unreachable() {
  return new ApiError({
    code: "unreachable",
    message: "The server does not answer.",
    remedy: "See whether Menura is still running, then try again.",
  });
}

function failure(status, text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = {};
  }
  // Calls under /v1 fail in OpenAI's way.
  if (body.error?.message) body = { message: body.error.message, error_code: body.error.code };
  const remedy = body.remedy ?? "";
  // The API's message ends with the remedy; here the two are shown apart.
  let message = body.message ?? `The server answered with status ${status}.`;
  if (remedy && message.endsWith(remedy)) message = message.slice(0, -remedy.length).trim();
  return new ApiError({
    code: body.error_code ?? `status_${status}`,
    message,
    remedy,
    status,
    requestId: body.request_id ?? "",
  });
}

class Client {
  constructor(held, refused) {
    this.held = held;
    this.refused = refused;
  }

  headers(more = {}) {
    return { Authorization: `Bearer ${this.held()}`, "Cartesia-Version": VERSION, ...more };
  }

  // The answer as it is. Throws ApiError; an abort stays an AbortError.
  async fetch(path, { method = "GET", query, body, headers, signal, keepalive } = {}) {
    const isForm = body instanceof FormData;
    const json = body !== undefined && !isForm && !(body instanceof Blob);
    let answer;
    try {
      answer = await fetch(address(path, query), {
        method,
        signal,
        keepalive,
        headers: this.headers({ ...(json && { "Content-Type": "application/json" }), ...headers }),
        body: json ? JSON.stringify(body) : body,
      });
    } catch (error) {
      throw error.name === "AbortError" ? error : unreachable();
    }
    if (answer.ok) return answer;
    throw this.noted(failure(answer.status, await answer.text()));
  }

  noted(error) {
    if (error.status === 401) this.refused(error);
    return error;
  }

  async json(path, options) {
    const answer = await this.fetch(path, options);
    if (answer.status === 204) return null;
    try {
      const text = await answer.text();
      return text ? JSON.parse(text) : null;
    } catch (error) {
      // A long answer that fails after it has begun is broken off; asked again, it says why.
      throw error.name === "AbortError" ? error : unreachable();
    }
  }

  get(path, query, options) {
    return this.json(path, { query, ...options });
  }

  post(path, body, options) {
    return this.json(path, { method: "POST", body, ...options });
  }

  patch(path, body, options) {
    return this.json(path, { method: "PATCH", body, ...options });
  }

  delete(path, options) {
    return this.json(path, { method: "DELETE", ...options });
  }

  async blob(path, options) {
    const answer = await this.fetch(path, options);
    return answer.blob();
  }

  // All items of a paged list, page after page.
  async all(path, query = {}) {
    const found = [];
    for (;;) {
      const last = found.length ? found[found.length - 1].id : undefined;
      const page = await this.get(path, { limit: 100, ...query, starting_after: last });
      found.push(...page.data);
      if (!page.has_more || !page.data.length) return found;
    }
  }

  // Sends a form and tells how much of it has gone: onProgress({ sent, total }), in bytes.
  // fetch() cannot tell; the body is streamed from the file all the same.
  upload(path, form, { method = "POST", onProgress, signal } = {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      request.open(method, address(path));
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => onProgress?.({ sent: event.loaded, total: event.total });
      request.onerror = () => reject(unreachable());
      request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
      request.onload = () => {
        if (request.status < 200 || request.status > 299) {
          reject(this.noted(failure(request.status, request.responseText)));
          return;
        }
        try {
          resolve(request.responseText ? JSON.parse(request.responseText) : null);
        } catch {
          reject(unreachable());
        }
      };
      request.onloadend = () => signal?.removeEventListener("abort", stop);
      if (signal?.aborted) {
        reject(new DOMException("The upload was stopped.", "AbortError"));
        return;
      }
      signal?.addEventListener("abort", stop);
      request.send(form);
    });
  }
}

// Voices, speech and all that a normal key opens.
export const api = new Client(
  () => key.value,
  (error) => signOut(`${error.message} Sign in again.`),
);

// Keys and usage, which open to admin keys only.
export const admin = new Client(
  () => adminKey.value,
  () => forgetAdminKey(),
);

// Whether a key is good, and of which kind, before it is kept: "normal" or "admin".
export async function kindOfKey(secret) {
  const trial = new Client(() => secret, () => {});
  try {
    await trial.get("/voices", { limit: 1 });
    return "normal";
  } catch (error) {
    if (error.code === "api_key_is_admin") return "admin";
    throw error;
  }
}

// A token that opens speech only, and only for a minute. Browsers cannot send headers with a
// socket, so this goes into its address; the key never does.
export async function speechToken() {
  const { token } = await api.post("/access-token", { grants: { tts: true }, expires_in: 60 });
  return token;
}

export async function speechSocket() {
  const url = address("/tts/websocket", {
    access_token: await speechToken(),
    cartesia_version: VERSION,
  });
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url);
}
