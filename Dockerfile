# The gateway, built from this repository and run by an ordinary user. compose.yaml runs two beside a Valkey, and
# packaging/helm/sparekey any number on Kubernetes.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY scripts/build.ts ./scripts/
COPY simulator ./simulator
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The command for operators, and a place for `state: sqlite:/var/lib/sparekey/sparekey.db` on a volume: the rest may be
# read-only.
RUN ln -s /app/dist/sparekey.js /usr/local/bin/sparekey && install -d -o 1000 -g 1000 /var/lib/sparekey
# `node` of the base image, by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 5397 5398
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:5397/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# With `--`, behind which options such as --env-file are Sparekey's and not Node's.
CMD ["node", "--", "dist/sparekey.js", "start", "--config", "/etc/sparekey/sparekey.yaml"]
