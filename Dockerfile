# The image of every role: `docker build -t kindkans-gateway .` (docs/how-to/deploy.md, ADR 15).
FROM python:3.11.15-slim-bookworm AS build

WORKDIR /src
COPY requirements-runtime.lock requirements-build.lock ./
RUN python -m venv --without-pip /opt/kindkans
RUN python -m pip --python /opt/kindkans/bin/python install --quiet --no-cache-dir --no-deps \
      --only-binary :all: --require-hashes --requirement requirements-runtime.lock
RUN python -m pip install --quiet --no-cache-dir --no-deps --require-hashes --requirement requirements-build.lock
COPY pyproject.toml README.md ./
COPY dossier ./dossier
COPY validators ./validators
COPY routing ./routing
COPY adapters ./adapters
COPY database ./database
COPY storage ./storage
COPY brokers ./brokers
COPY outbox ./outbox
COPY web ./web
COPY kindkans ./kindkans
COPY helpdesk ./helpdesk
COPY gateway ./gateway
COPY migrations ./migrations
RUN python -m pip wheel --quiet --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist . \
 && python -m pip --python /opt/kindkans/bin/python install --quiet --no-cache-dir --no-deps dist/*.whl


FROM python:3.11.15-slim-bookworm

LABEL org.opencontainers.image.title="kindkans-gateway" \
      org.opencontainers.image.description="The integration gateway between ParnasSys and Kindkans" \
      org.opencontainers.image.documentation="docs/how-to/deploy.md"

# Nothing that installs stays behind; one user, of a fixed number, so that secrets can be given to it.
RUN python -m pip uninstall --quiet --yes setuptools wheel pip \
 && groupadd --gid 10010 kindkans \
 && useradd --uid 10010 --gid 10010 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kindkans \
 && install --directory --owner 10010 --group 10010 --mode 0700 /data
COPY --from=build /opt/kindkans /opt/kindkans

ENV PATH=/opt/kindkans/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_FOLDER=/data \
    HOST=0.0.0.0 \
    LOG_FORMAT=json
USER 10010:10010
WORKDIR /data
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=8s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/readyz', timeout=6)"]
ENTRYPOINT ["kindkans-gateway"]
CMD ["--help"]
