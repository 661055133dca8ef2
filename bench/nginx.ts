/** The parts of an nginx configuration that keep it away from a system's own: everything under its prefix. */
const OWN_PLACE = `
daemon off;
pid nginx.pid;
error_log error.log warn;
worker_processes 1;
events { worker_connections 4096; }
`;

const OWN_TEMP_FOLDERS = `
  client_body_temp_path client-body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
`;

/** Ports of the proxy and of what stands behind it; plain answers and streams come from different upstreams. */
export interface ProxyPorts {
  readonly plain: number;
  readonly stream: number;
  readonly plainUpstream: number;
  readonly streamUpstream: number;
}

/**
 * nginx as its documentation says a proxy is set up for production: one worker for one core, a pool of kept
 * connections to the upstream over HTTP/1.1, and a log line for each request, written through a buffer.
 */
export function proxyConfiguration(ports: ProxyPorts): string {
  return `${OWN_PLACE}
http {
  ${OWN_TEMP_FOLDERS}
  log_format json escape=json '{"time":"$time_iso8601","method":"$request_method","uri":"$request_uri",'
    '"status":$status,"bytes":$bytes_sent,"duration":$request_time,"upstream":"$upstream_addr",'
    '"upstream_status":"$upstream_status","first_byte":"$upstream_header_time"}';
  access_log access.log json buffer=64k flush=1s;
  tcp_nodelay on;
  keepalive_requests 1000000;
  client_max_body_size 100m;

  upstream plain { server 127.0.0.1:${ports.plainUpstream}; keepalive 256; keepalive_requests 1000000; }
  upstream stream { server 127.0.0.1:${ports.streamUpstream}; keepalive 256; keepalive_requests 1000000; }

  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Authorization "Bearer bench-provider-key";

  server {
    listen 127.0.0.1:${ports.plain} backlog=4096;
    location / { proxy_pass http://plain; }
    location = /ready { access_log off; return 200; }
  }
  server {
    listen 127.0.0.1:${ports.stream} backlog=4096;
    location / { proxy_pass http://stream; proxy_buffering off; proxy_read_timeout 300s; }
  }
}
`;
}

/** nginx as an upstream that gives one fixed answer: nothing else at hand answers with less work. */
export function upstreamConfiguration(port: number, answer: string): string {
  return `${OWN_PLACE}
http {
  ${OWN_TEMP_FOLDERS}
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /v1/chat/completions { default_type application/json; return 200 '${answer}'; }
    location = /ready { return 200; }
  }
}
`;
}
