# needsseg in a container without rights and without a network:
#
#   docker build --build-arg TORCH_INDEX=<address of PyTorch's CPU wheels> -t needsseg .
#   docker run --rm -it --network none --user "$(id -u):$(id -g)" -v "$PWD:/study" needsseg
#
# Without TORCH_INDEX the image holds CUDA, which needsseg does not use, and is some gigabytes larger.
FROM python:3.11-slim-bookworm

ARG TORCH=2.13.0
ARG TORCH_INDEX=
RUN pip install --no-cache-dir --disable-pip-version-check ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch==$TORCH"

COPY pyproject.toml README.md LICENSE /source/
COPY needsseg /source/needsseg
COPY prompts /source/prompts
COPY interviews /source/interviews
RUN pip install --no-cache-dir --disable-pip-version-check /source && rm -r /source

# Settings and the cache are the user's, whoever that is: `--user` gives an id that has no entry and no home here.
RUN useradd --create-home needsseg && mkdir -m 1777 /study
ENV HOME=/study TERM=xterm-256color COLORTERM=truecolor
USER needsseg
WORKDIR /study
ENTRYPOINT ["needsseg"]
