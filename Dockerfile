# Parvis in one image. How to run it: docs/exploitation.md. Why it is made so: docs/decisions.

FROM docker.io/library/python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY .ci/image image
RUN image/root /image
# To take symbols that only a debugger reads out of compiled libraries: a tenth of the image. Of whatever version.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
COPY requirements-build.lock requirements.lock ./
# Nothing is installed whose hash is not written in a lock, tools included. One library comes as
# source only; it is built with the locked tools, and not with whatever is newest that day.
RUN python -m venv /tools \
 && /tools/bin/python -m pip install --require-hashes -r requirements-build.lock \
 && /tools/bin/python -m pip wheel --no-build-isolation --require-hashes --wheel-dir /wheels -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY adapters adapters
COPY knowledge knowledge
# sqlite-utils names pip as a dependency for a command of its own that Parvis never runs: left out.
RUN /tools/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && rm /wheels/pip-*.whl \
 && python -m venv --without-pip /opt/parvis \
 && /tools/bin/python -m pip --python /opt/parvis/bin/python install --no-index --no-deps --no-compile /wheels/*.whl \
 && ln -s "$(/opt/parvis/bin/python -I -c 'import bot; print(bot.__path__[0])')" /opt/parvis/bot \
 && rm -r /opt/parvis/bot/_bases \
 && /tools/bin/cyclonedx-py environment --output-reproducible --of JSON -o /build/parvis.cdx.json /opt/parvis/bin/python
# Paris, which is served when no other base is given, is learned here: it starts at once and in little memory.
RUN /opt/parvis/bin/python -I -m bot.train knowledge/paris /opt/parvis/bot/_models \
 && rm /opt/parvis/bot \
 && find /opt/parvis \( -name __pycache__ -o -name tests -o -name SelfTest -o -name f2py \) -prune -exec rm -r {} + \
 && find /opt/parvis -name '*.so' -exec strip --strip-unneeded {} + \
 && find /opt/parvis \( -name '*.pyi' -o -name '*.c' -o -name '*.h' -o -name '*.a' \) -delete
RUN python -I image/compile.py /opt/parvis/lib /image/usr/lib/python3* /image/usr/local/lib/python3* \
 && install -D -m 0755 image/entrypoint.py /opt/parvis/bin/parvis-entrypoint \
 && chmod -R a+rX /opt/parvis knowledge \
 && mkdir -p /image/opt /image/usr/share/doc/parvis \
 && mv parvis.cdx.json LICENSE /image/usr/share/doc/parvis/ \
 && mv knowledge /image/knowledge \
 && mv /opt/parvis /image/opt/parvis

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Parvis" \
      org.opencontainers.image.description="A town's verified answers to its residents, on Telegram, Matrix and Mastodon" \
      org.opencontainers.image.licenses="EUPL-1.2" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="docker.io/library/python:3.13-slim-trixie"
COPY --from=build /image /
# One thread of arithmetic and one arena of memory: an answer is short, and more of either costs megabytes.
ENV PATH=/opt/parvis/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    MALLOC_ARENA_MAX=1 \
    PARVIS_BASE=/knowledge/paris \
    PARVIS_DATA=/data \
    PARVIS_CACHE=/data/cache \
    PARVIS_HEALTH_LISTEN=127.0.0.1:9464
USER 10001:10001
# Also where temporary files go: nothing else can be written.
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["parvis", "health"]
ENTRYPOINT ["/opt/parvis/bin/parvis-entrypoint"]
CMD ["run"]
