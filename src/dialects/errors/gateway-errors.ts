/** One error of the gateway's own. Errors of providers travel as they are and are not listed here. */
interface GatewayError {
  readonly status: number;
  /** OpenAI's word for the family, which SDKs show as `error.type`. */
  readonly type: 'invalid_request_error' | 'authentication_error' | 'api_error';
  /** For the client; `{name}` is filled in. */
  readonly message: string;
  /** For the page of errors: what happened, and what helps. */
  readonly meaning: string;
  /** Whether the same request may succeed later. Where not, clients are told so. */
  readonly retryable: boolean;
}

export type GatewayErrorCode = keyof typeof gatewayErrors;

/** Every error a client can get from the gateway itself. Codes are stable: clients may match on them. */
export const gatewayErrors = {
  bad_request: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request is not well-formed HTTP.',
    meaning:
      'The HTTP message itself could not be understood. Look for a broken client or a proxy in between.',
    retryable: false,
  },
  invalid_json: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request body is not a valid JSON object (at byte {at}): {reason}',
    meaning: 'The body is not JSON, or not an object. The message names the place.',
    retryable: false,
  },
  invalid_form: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request body is not a valid multipart form (at byte {at}): {reason}',
    meaning: 'The content type names no boundary, or the body does not keep to it.',
    retryable: false,
  },
  truncated_body: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request body ended before it was complete.',
    meaning: 'Fewer bytes came than were announced, or the JSON or form in them breaks off.',
    retryable: false,
  },
  model_required: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This operation needs a "model": a text that names one.',
    meaning:
      'The body has no top-level `model`, or it is no text, empty, or longer than 1 KiB, and neither `*` of `modelMapping` nor the URL of a deployment says which one is meant.',
    retryable: false,
  },
  missing_api_key: {
    status: 401,
    type: 'authentication_error',
    message: 'No API key was sent. Put it into the Authorization header: "Authorization: Bearer YOUR_KEY".',
    meaning:
      'The configuration lists `clients`, and the request carries no credential in `Authorization`, `x-api-key` or `x-goog-api-key`.',
    retryable: false,
  },
  invalid_api_key: {
    status: 401,
    type: 'authentication_error',
    message: 'The API key that was sent is not one of this gateway.',
    meaning:
      "The client's own key is not listed under `clients`. It says nothing of the providers' keys, which clients never see.",
    retryable: false,
  },
  nothing_left: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Nothing is left of the messages for "{provider}" behind its last cleanup command.',
    meaning:
      'The last message is one of `contextCleanupCommands`, which takes away everything before it, and nothing follows.',
    retryable: false,
  },
  unknown_operation: {
    status: 404,
    type: 'invalid_request_error',
    message: 'There is no operation at {method} {path}.',
    meaning:
      'The path ends in no operation that the gateway knows, and no provider is sent such paths (`passthrough`); or it holds dot segments or broken escapes.',
    retryable: false,
  },
  not_separable: {
    status: 404,
    type: 'invalid_request_error',
    message: 'There is no known operation at {method} {path}, and nothing there is this client’s own.',
    meaning:
      'The path belongs to no operation that the gateway knows, and names nothing that this client made: it is misspelt, or a list there would show what other clients made. See `sharedResources`.',
    retryable: false,
  },
  body_not_readable: {
    status: 415,
    type: 'invalid_request_error',
    message: 'At this path a body has to be JSON of at most {limit} bytes, or a form.',
    meaning:
      'The path belongs to no operation that the gateway knows, and a body that cannot be looked through might name what another client made. See `sharedResources`.',
    retryable: false,
  },
  cross_site: {
    status: 403,
    type: 'invalid_request_error',
    message: 'A page of another site may not call this gateway.',
    meaning:
      'A browser says that the request comes from another site, and no `clients` are configured: without keys any page one visits could spend the operator’s credit.',
    retryable: false,
  },
  foreign_host: {
    status: 403,
    type: 'invalid_request_error',
    message:
      'This gateway is not called by the name "{host}". If it should be, its operator can put the name into "allowedHosts", or configure "clients".',
    meaning:
      'No `clients` are configured, and the request came by a name that anybody may have pointed here, or is a page’s at a name that may not be the gateway’s own: a web page could be behind it. The operator can add the name to `allowedHosts`, or give `clients` keys. Addresses, `localhost`, the machine’s own name, names of one label and those under `.internal`, `.local`, `.home.arpa`, `.test` and `.svc` need no permission.',
    retryable: false,
  },
  model_not_routed: {
    status: 404,
    type: 'invalid_request_error',
    message: 'No route leads to the model "{model}".{more}',
    meaning:
      'No entry of `routes` matches the model, host and path, and there is no `activeProviderId` to fall back on; or the route that does has `to: none`, and its `message` says more. Started from the environment, the gateway refuses models whose maker has no key there, and names the variable.',
    retryable: false,
  },
  model_unknown: {
    status: 404,
    type: 'invalid_request_error',
    message: 'No provider serves the model "{model}".',
    meaning:
      'No model is served under this name: no route leads from it, or it cannot be the name of one. A name with `..` between slashes, plain or encoded, with control characters, or of more than 1,024 characters is asked of nobody, for some providers are told it in a path.',
    retryable: false,
  },
  resource_not_found: {
    status: 404,
    type: 'invalid_request_error',
    message: 'There is no "{id}".',
    meaning:
      'The request names a file, batch, job, stored response or the like that the client did not make through this gateway, be it that it does not exist, was deleted, is another client’s, or was made elsewhere. See `sharedResources`.',
    retryable: false,
  },
  operation_not_offered: {
    status: 404,
    type: 'invalid_request_error',
    message: 'The provider "{provider}" does not offer {operation}.',
    meaning:
      'The providers that the model leads to have no such operation, and it cannot be translated into one that they have.',
    retryable: false,
  },
  not_expressible: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request cannot be put into what "{provider}" speaks: {reason}',
    meaning:
      'The request has to be translated for the provider that the model leads to, and holds something that cannot be said there. The message names it.',
    retryable: false,
  },
  invalid_image_url: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The image {image} could not be fetched for "{provider}": {reason}.',
    meaning:
      'The provider reads no URLs, so that the gateway fetches images for it (`inlineImageUrls`), and did not get one of them. Send the image itself, as a `data:` URL, or one that anybody can fetch. That a host does not exist, does not answer or is not public is told with the same words; the operator can name hosts in `inlineImageHosts`.',
    retryable: false,
  },
  too_many_references: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request names more than {limit} files or the like.',
    meaning:
      'Where clients are kept apart, whose each thing is has to be found out, and of more than these that would take too long.',
    retryable: false,
  },
  reference_too_late: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request names a file or the like behind its first {limit} bytes.',
    meaning:
      'The body is larger than `limits.replay`, so that all but its beginning passes by. Where clients are kept apart, what it refers to has to stand in the beginning.',
    retryable: false,
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    message: 'The operation at {path} does not take {method}.',
    meaning: 'The path is known, but not with this method. The `Allow` header lists those that are.',
    retryable: false,
  },
  request_timeout: {
    status: 408,
    type: 'invalid_request_error',
    message: 'The request did not arrive in time.',
    meaning: 'The head or the body of the request came too slowly, or stopped coming.',
    retryable: true,
  },
  resource_key_gone: {
    status: 410,
    type: 'invalid_request_error',
    message: 'The key that made "{id}" {reason}, and no other key can reach it.',
    meaning:
      'The request is about a file, batch, job, stored response or the like that a key of the gateway made at its provider, or goes on from one. That key has left the configuration, was disabled, or is refused by the provider; any other key would find nothing there. 410 rather than 404, which would mean that the thing never was, and rather than a status that SDKs try again. The operator can bring the key back, or give one of the same account the same `quotaDomain`; the client can make the thing anew.',
    retryable: false,
  },
  body_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message: 'The request body exceeds the limit of {limit} bytes.',
    meaning: 'The body is larger than the gateway takes. It is refused before it is read.',
    retryable: false,
  },
  invalid_content_type: {
    status: 415,
    type: 'invalid_request_error',
    message:
      'This operation takes "content-type: application/json" or a form (multipart/form-data), and was sent "{contentType}".',
    meaning: 'The operation takes `application/json` or `multipart/form-data`, without a content encoding.',
    retryable: false,
  },
  upgrade_required: {
    status: 426,
    type: 'invalid_request_error',
    message: 'The operation at {path} is a WebSocket.',
    meaning:
      'Realtime is spoken over a WebSocket: the request has to ask for one, with `Upgrade: websocket`.',
    retryable: false,
  },
  headers_too_large: {
    status: 431,
    type: 'invalid_request_error',
    message: 'The request headers are too large.',
    meaning: 'The headers exceed the limit in size or number.',
    retryable: false,
  },
  internal_error: {
    status: 500,
    type: 'api_error',
    message: 'The gateway failed on this request.',
    meaning: 'A defect of the gateway. Its log holds the details under the same `x-request-id`.',
    retryable: true,
  },
  context_unavailable: {
    status: 502,
    type: 'api_error',
    message: 'The context file of "{provider}" could not be fetched: {reason}',
    meaning: 'The configuration puts a file into every chat (`context`), and its server did not give it.',
    retryable: true,
  },
  upstream_credentials_exhausted: {
    status: 502,
    type: 'api_error',
    message: "None of the gateway's keys was accepted for this request.",
    meaning:
      "Every key tried was refused by its provider (revoked, out of credit, not allowed). The client's own key is fine; the operator has to act.",
    retryable: false,
  },
  upstream_unreachable: {
    status: 502,
    type: 'api_error',
    message: 'The provider could not be reached.',
    meaning: 'No connection to the provider could be made, on any attempt.',
    retryable: true,
  },
  upstream_broken: {
    status: 502,
    type: 'api_error',
    message: 'The answer of the provider broke off.',
    meaning:
      'The connection to the provider ended before its answer was whole. In a stream it comes as an event, and what came before it is incomplete.',
    retryable: true,
  },
  answer_too_large: {
    status: 502,
    type: 'api_error',
    message: 'The answer of the provider is too large to be translated.',
    meaning:
      'The answer has to be translated for the client, and is larger than 64 MiB, or one event of it is larger than 32 MiB. It was ended; nobody is asked again, since the next answer would be as large. Ask for less, or ask in the dialect that the provider speaks: what is passed on as it is has no such bound.',
    retryable: false,
  },
  list_not_read: {
    status: 502,
    type: 'api_error',
    message: 'The list could not be read far enough: too much of others stands before what is yours.',
    meaning:
      'Clients are kept apart, several of them use one account, and so many things of others stand in its list that none of this client’s was met in as many pages as are read for one request. Things can still be asked for by their ids.',
    retryable: false,
  },
  too_many_connections: {
    status: 503,
    type: 'api_error',
    message: 'The gateway has as many connections as it takes, all of them in use.',
    meaning:
      'There are `limits.connections` in this process, or `limits.connectionsPerAddress` from one address, and each has a request under way. Idle ones give way before anybody is told this. `GET /api/state` counts them.',
    retryable: true,
  },
  resource_owner_unknown: {
    status: 503,
    type: 'api_error',
    message: 'Whose "{id}" is cannot be found out at the moment.',
    meaning:
      'Clients are kept apart, and the store that knows who made what does not answer. What this process has seen within the hour is served all the same.',
    retryable: true,
  },
  no_key_available: {
    status: 503,
    type: 'api_error',
    message: 'No key is in service for this request at the moment.',
    meaning:
      'All keys that could serve it are out of service or disabled. `retry-after` names the earliest return, where there is one.',
    retryable: true,
  },
  gateway_overloaded: {
    status: 503,
    type: 'api_error',
    message: 'The gateway holds as much as it may at the moment; a request of this size has to wait.',
    meaning:
      'Requests and answers under way fill `limits.memory`, or too many large requests wait to be translated, and this one is not small. It was not sent anywhere. SDKs try again by themselves, after `retry-after`.',
    retryable: true,
  },
  shutting_down: {
    status: 503,
    type: 'api_error',
    message: 'The gateway is shutting down.',
    meaning: 'The process drains what is under way and takes nothing new. Another process will answer.',
    retryable: true,
  },
  upstream_timeout: {
    status: 504,
    type: 'api_error',
    message: 'The provider did not answer in time.',
    meaning:
      'No first output came in the time that it is waited for, at most `firstOutputTimeout` of silence, or a stream stood still for `idleTimeout`.',
    retryable: true,
  },
  deadline_exceeded: {
    status: 504,
    type: 'api_error',
    message: 'The time for this request ran out.',
    meaning: 'All attempts together took longer than `deadline`.',
    retryable: true,
  },
} as const satisfies Record<string, GatewayError>;
