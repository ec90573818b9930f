# larderd in a container: docker build -t larder . && docker run -p 8080:8080 -v "$PWD/models:/models:ro" larder
# Both stages install by the project's own scripts. Uploads are off: models come with the volume.
FROM debian:12-slim AS build
WORKDIR /src
COPY scripts/install-dependencies scripts/
RUN scripts/install-dependencies build
COPY . .
RUN meson setup build --prefix=/usr -Dtests=disabled && meson install -C build --destdir=/out

FROM debian:12-slim
COPY scripts/install-dependencies /tmp/
RUN /tmp/install-dependencies run && rm -rf /tmp/install-dependencies /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /nonexistent larder \
    && install -d -o larder -g larder /models /state
COPY --from=build /out/ /
USER 10001
VOLUME ["/models", "/state"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s CMD ["/usr/bin/curl", "-fsS", "http://127.0.0.1:8080/v2/health/ready"]
ENTRYPOINT ["/usr/bin/larderd", "--models", "/models", "--state", "/state"]
CMD ["--listen", "0.0.0.0:8080", "--management", "off"]
