# What the scripts share: finding and installing what a fresh machine lacks. Sourced, from the project's root.
# shellcheck shell=bash

export DEBIAN_FRONTEND=noninteractive
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false
[[ -t 1 ]] || export CARGO_TERM_PROGRESS_WHEN=never

TARGET=${CARGO_TARGET_DIR:-$PWD/target}
TOOLS=$TARGET/tools

say() { printf '%s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# --- Programs of the machine ------------------------------------------------------------------------------------

has_postgres() {
    local initdb
    [[ -n ${ZHIBU_PG_BIN:-} ]] && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb; do
        [[ -x $initdb ]] && return 0
    done
    have initdb
}

# Node 20.19 or newer; Vite asks for it.
is_node() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

has_pgbouncer() { have pgbouncer || [[ -x /usr/sbin/pgbouncer ]]; }

has_browser() { have chromium || have chromium-browser || have google-chrome; }

has_chinese_font() { have fc-list && [[ -n $(fc-list ':lang=zh-cn' family 2>/dev/null) ]]; }

# The Debian packages that are missing, one a line. `test` adds what only the tests need.
missing_packages() {
    have cc || printf '%s\n' gcc libc6-dev
    has_postgres || echo postgresql
    [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
    if ! have npm && ! [[ -x $TOOLS/node/node_modules/.bin/npm ]]; then printf '%s\n' nodejs npm; fi
    # Forms are made as PDF, and screens are looked at.
    has_chinese_font || printf '%s\n' fonts-noto-cjk fontconfig
    if [[ ${1:-} == test ]]; then
        has_browser || echo chromium
        has_pgbouncer || echo pgbouncer
    fi
}

# Installs packages; the caller is root. Debian's own PostgreSQL cluster is not wanted: ours is private.
install_packages() {
    have apt-get || { say "No apt-get here. Install by hand: $*"; return 1; }
    say "Installing: $*"
    apt-get update -qq || { sleep 5; apt-get update -qq; }
    if [[ " $* " == *" postgresql "* ]]; then
        apt-get install -qq -y --no-install-recommends postgresql-common >&2
        local settings=/etc/postgresql-common/createcluster.conf
        if [[ -f $settings ]] && ! grep -q '^create_main_cluster' $settings; then
            echo 'create_main_cluster = false' >>$settings
        fi
    fi
    apt-get install -qq -y --no-install-recommends "$@" >&2
    # Debian's own PgBouncer is not wanted either: a test starts one of its own.
    if [[ " $* " == *" pgbouncer "* ]] && have systemctl; then systemctl disable --now pgbouncer >&2 || true; fi
}

# Has the packages installed, or says how and stops.
ensure_packages() {
    local missing
    mapfile -t missing < <(missing_packages "${1:-}")
    [[ ${#missing[@]} -eq 0 ]] && return
    if [[ $(id -u) -eq 0 ]]; then
        install_packages "${missing[@]}"
    elif have sudo && sudo -n true 2>/dev/null; then
        sudo -n "$PWD/script/install" "${missing[@]}"
    else
        local as_root="su -c '$PWD/script/install ${missing[*]}'"
        have sudo && as_root="sudo $PWD/script/install ${missing[*]}"
        say "This machine lacks: ${missing[*]}"
        say "Run this once, then this script again:"
        say "    $as_root"
        exit 1
    fi
}

ensure_rust() {
    have cargo || PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
    have cargo && return
    say "No cargo found. Install Rust 1.95 or newer: https://rustup.rs"
    exit 1
}

# --- Node and the packages of the web folder --------------------------------------------------------------------

# Debian's Node may be too old; npm itself then brings a newer one, for this project only.
ensure_node() {
    if have node && is_node node; then return; fi
    local own=$TOOLS/node
    if ! is_node "$own/node_modules/.bin/node"; then
        say "Installing Node 22 into $own"
        mkdir -p "$own"
        npm install --prefix "$own" --no-package-lock --loglevel=error node@22 npm@10 >&2
    fi
    PATH=$own/node_modules/.bin:$PATH
    is_node node || { say "The Node in $own does not run."; exit 1; }
}

ensure_npm_packages() {
    local mark=web/node_modules/.installed
    [[ $mark -nt web/package-lock.json ]] && return
    say "Installing the packages of web/"
    (cd web && npm ci --no-progress --loglevel=error >&2) || return
    touch "$mark"
}

ensure_mini_packages() {
    local mark=miniapp/node_modules/.installed
    [[ $mark -nt miniapp/package-lock.json ]] && return
    say "Installing the packages of miniapp/"
    (cd miniapp && npm ci --no-progress --loglevel=error >&2) || return
    touch "$mark"
}

# --- Building ---------------------------------------------------------------------------------------------------

# Builds the console unless the last build is newer than all it was made from.
build_console() {
    local mark=web/node_modules/.built changed=
    if [[ -e $mark && -e web/console/dist/index.html ]]; then
        changed=$(find web graphql/schema.graphql \( -name node_modules -o -name dist -o -path web/e2e \) -prune \
            -o -type f -newer "$mark" -print -quit)
        [[ -z $changed ]] && return
    fi
    say "Building the console"
    (cd web && npm run build >&2) || return
    touch "$mark"
}

# Builds the mini-program for the named platforms (weapp, alipay, dd, h5), each unless its last build is newer than all it was
# made from.
build_mini() {
    local platform mark changed
    for platform in "$@"; do
        mark=miniapp/node_modules/.built-$platform
        if [[ -e $mark && -d miniapp/dist/$platform ]]; then
            changed=$(find miniapp web/api \( -name node_modules -o -name dist -o -path miniapp/harness -o -path miniapp/test \) -prune \
                -o -type f -newer "$mark" -print -quit)
            [[ -z $changed ]] && continue
        fi
        say "Building the mini-program: $platform"
        (cd miniapp && npm run "build:$platform" >&2) || return
        touch "$mark"
    done
}
