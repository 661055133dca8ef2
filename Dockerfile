# The gateway, built from this repository and run by an ordinary user. compose.yaml runs two beside a Valkey.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 5397 5398
HEALTHCHECK --interval=5s --timeout=2s --start-period=15s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:5397/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/cli/sparekey.js", "start", "--config", "/etc/sparekey/sparekey.yaml"]
