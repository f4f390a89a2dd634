# Images of Tangram's own programs: docker build -f docker/tangram.dockerfile --target gateway|chaincode|network|set-up .
# Each holds Node, its shared libraries and bundled programs: no shell, no package manager, no root.
# BUILD_IMAGE brings Node 24; where no registry can be reached, scripts/images.ts makes one of the machine's own Node.
ARG BUILD_IMAGE=node:24.21.0-bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY . .
RUN ["/usr/local/bin/node", "scripts/image-content.ts", "/out"]

FROM scratch AS base
COPY --from=build /out/base /
COPY --from=build --chown=65532:65532 /out/data /data
ENV NODE_ENV=production NODE_OPTIONS=--disable-warning=ExperimentalWarning
USER 65532:65532
WORKDIR /app
STOPSIGNAL SIGTERM

FROM base AS chaincode
COPY --from=build /out/chaincode /app
HEALTHCHECK --interval=10s --timeout=30s --start-period=120s --retries=3 CMD ["/usr/local/bin/node", "/app/health.mjs", "chaincode"]
ENTRYPOINT ["/usr/local/bin/node", "/app/program/chaincode.cjs"]

FROM base AS network
COPY --from=build /out/network /app
VOLUME /data
HEALTHCHECK --interval=10s --timeout=30s --start-period=120s --retries=3 CMD ["/usr/local/bin/node", "/app/health.mjs", "network"]
ENTRYPOINT ["/usr/local/bin/node", "/app/program/network.mjs"]
CMD ["--data", "/data"]

FROM base AS gateway
COPY --from=build /out/gateway /app
HEALTHCHECK --interval=10s --timeout=30s --start-period=120s --retries=3 CMD ["/usr/local/bin/node", "/app/health.mjs", "gateway"]
ENTRYPOINT ["/usr/local/bin/node", "/app/program/gateway.mjs"]
CMD ["--config", "/config/gateway.json"]

# One-shot: keys, settings and first blocks, then channels and chaincode. It alone has every organisation's keys.
FROM base AS set-up
COPY --from=build /out/set-up-root /
COPY --from=build /out/set-up /app
COPY --from=build --chown=65532:65532 /out/volumes /volumes
ENTRYPOINT ["/usr/local/bin/node", "/app/program/set-up.mjs"]
