# Programs from the machine's package manager (Debian and its kin), for script/setup.

# Suites that may have what the machine's own release has only in an old version, in the order they are tried.
newer_suites=(forky sid)
quiet=(-q -o=Dpkg::Use-Pty=0 -o=APT::Sandbox::User=root)

# install_programs PROGRAM:PACKAGE...: installs the packages of the programs that are not there, in one go.
install_programs() {
  local pair packages=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
  done
  if [ ${#packages[@]} -gt 0 ]; then install_packages "${packages[@]}"; fi
}

# install_packages PACKAGE...
install_packages() {
  need_apt "$@"
  say "packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  # Package lists may be old or, in a fresh container, absent: they are fetched only when the first try fails.
  apt-get "${quiet[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 ||
    { apt_update && apt-get "${quiet[@]}" install -y --no-install-recommends "$@" >/dev/null; } ||
    fail "cannot install $*" "The package servers must be reachable; or install them by hand, and run this again."
}

# fetch_packages FOLDER PACKAGE...: unpacks the machine's release's packages to FOLDER without installing them.
fetch_packages() {
  local folder=$1
  shift
  need_apt "$@"
  download "$folder" "$@" 2>/dev/null || { apt_update && download "$folder" "$@"; } ||
    fail "cannot download $*" "The package servers must be reachable; or unpack them to $folder by hand, and run this again."
}

# fetch_newest PACKAGE...: unpacks the packages to $prefix: the release's own if its first is version 2 or later, else a
# newer suite's that runs here, else the release's own after all.
fetch_newest() {
  need_apt "$@"
  if distribution_has_version "$1" '[2-9]'; then
    fetch_packages "$prefix" "$@"
    return
  fi
  local suite uri
  if uri=$(archive_uri); then
    for suite in "${newer_suites[@]}"; do
      if fetch_from_suite "$uri" "$suite" "$@" 2>/dev/null && "$prefix/usr/bin/$1" --version >/dev/null 2>&1; then return; fi
    done
    say "no newer $1 could be had from ${newer_suites[*]}"
  fi
  fetch_packages "$prefix" "$@"
}

# fetch_from_suite URI SUITE PACKAGE...: through lists of its own, so that the machine's package manager never sees the suite.
fetch_from_suite() {
  local uri=$1 suite=$2 lists=$cache/lists signed=
  shift 2
  mkdir -p "$lists/partial"
  if [ -f /usr/share/keyrings/debian-archive-keyring.gpg ]; then
    signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] '
  fi
  echo "deb $signed$uri $suite main" >"$cache/newer.list"
  local options=(
    -o Dir::Etc::sourcelist="$cache/newer.list" -o Dir::Etc::sourceparts=- -o Dir::State::Lists="$lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none
  )
  local done=0
  apt-get "${quiet[@]}" "${options[@]}" update >/dev/null && download "$prefix" "${options[@]}" "${@/%//$suite}" || done=1
  rm -rf "$lists" "$cache/newer.list"
  return $done
}

# download FOLDER [APT-OPTION...] PACKAGE...
download() {
  local folder=$1 work archive failed=0
  shift
  mkdir -p "$folder"
  work=$(mktemp -d "$cache/download.XXXXXX")
  (cd "$work" && apt-get "${quiet[@]}" download "$@" >/dev/null) || failed=1
  if [ $failed = 0 ]; then
    for archive in "$work"/*.deb; do dpkg-deb -x "$archive" "$folder" || failed=1; done
  fi
  rm -rf "$work"
  return $failed
}

# The archive that this machine takes its release from, in either format of apt's sources.
archive_uri() {
  [ "$(. /etc/os-release && echo "$ID")" = debian ] || return 1
  local file uri
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    # Stanzas end with an empty line; the one whose components have main and whose suite is a release's own.
    uri=$(awk -v RS= '/(^|\n)Suites: *[a-z]+( |\n|$)/ && /(^|\n)Components:.*main/ { if (match($0, /(^|\n)URIs: *[^ \n]+/)) { s = substr($0, RSTART, RLENGTH); sub(/^\n?URIs: */, "", s); print s; exit } }' "$file")
    case $uri in *debian | *debian/) echo "$uri"; return ;; esac
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] || continue
    uri=$(sed -nE 's#^deb +(\[[^]]*\] +)?([^ ]+/debian/?) +[a-z]+ +.*main.*#\2#p' "$file" | head -1)
    if [ -n "$uri" ]; then echo "$uri"; return; fi
  done
  return 1
}

# distribution_has_version PACKAGE PATTERN: whether the version that the release would install begins with the pattern.
distribution_has_version() {
  local candidate
  candidate=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\?//p')
  if [ -z "$candidate" ] || [ "$candidate" = '(none)' ]; then
    apt_update || return 1
    candidate=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\?//p')
  fi
  [[ $candidate =~ ^$2 ]]
}

apt_updated=false
apt_update() {
  $apt_updated && return
  say "package lists"
  apt-get "${quiet[@]}" update >/dev/null && apt_updated=true
}

# need_apt PACKAGE...: says what is missing where this script cannot get it.
need_apt() {
  command -v apt-get >/dev/null ||
    fail "missing: $*; this machine has no apt-get" "Install them with its own package manager, and run this again."
  [ "$(id -u)" = 0 ] || fail "missing: $*; installing them needs root" "Run: sudo $0"
  mkdir -p "$cache"
}
