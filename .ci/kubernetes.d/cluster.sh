# shellcheck shell=bash
# Starts and ends the test cluster, seen from the machine: sourced by .ci/kubernetes.
#
# A cluster's directory holds: lock, held while the script that started it runs; init, its
# first process and when that started; kubeconfig; log/; ready, once it is; the data of all.

# can_run says whether this user has what a cluster takes; reason says what is missing.
# Debian packages that are missing are installed.
can_run() {
  local program missing=
  reason=
  is_root || { reason="only root can make the namespaces of a cluster's nodes" && return 1; }
  for program in unshare nsenter setpriv ip iptables openssl containerd runc ctr; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  if [[ -n $missing ]]; then
    reason="there is no${missing// /, no }"
    reason=${reason/, no / }
    is_debian || return 1
    say "installing what is missing:$missing"
    debian_update
    debian_install docker.io iptables iproute2 openssl util-linux || return 1
  fi
  if ! unshare --pid --fork --mount --net --uts true 2>/dev/null; then
    reason="this system does not let root make namespaces"
    return 1
  fi
}

# cgroup_roots prints the directory of each hierarchy of control groups: one with
# version 2, one for each controller with version 1.
cgroup_roots() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts; }

# make_cgroups PATH makes that group in every hierarchy, with the controllers that a
# kubelet wants there.
make_cgroups() {
  local root group parent controller
  local -i made=0
  for root in $(cgroup_roots); do
    parent=$root
    for group in ${1//\// }; do
      if [[ -e $parent/cgroup.subtree_control ]]; then
        for controller in $(<"$parent/cgroup.controllers"); do
          echo "+$controller" 2>/dev/null >"$parent/cgroup.subtree_control" || true
        done
      fi
      mkdir -p "$parent/$group" 2>/dev/null || return 1
      if [[ -e $parent/$group/cpuset.mems && -e $parent/cpuset.mems && ! -e $parent/cgroup.subtree_control ]]; then
        cat "$parent/cpuset.cpus" >"$parent/$group/cpuset.cpus"
        cat "$parent/cpuset.mems" >"$parent/$group/cpuset.mems"
      fi
      parent=$parent/$group
    done
    # One hierarchy at least limits memory: the kubelet does not start without.
    if [[ -e $parent/memory.limit_in_bytes || -e $parent/memory.max ]]; then made+=1; fi
  done
  [[ $made != 0 ]]
}

# remove_cgroups NAME removes the group and all below it. Its processes have ended.
remove_cgroups() {
  local root tries
  for root in $(cgroup_roots); do
    [[ -d $root/$1 ]] || continue
    for ((tries = 0; tries < 50; tries++)); do
      find "$root/$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
      [[ -d $root/$1 ]] || break
      sleep 0.1
    done
  done
}

# started PROCESS prints when the process started, in ticks since the system did, which
# tells it from a later one of the same number.
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# child_of PROCESS prints its only child.
child_of() { awk -v parent="$1" '/^PPid:/ && $2 == parent { split(FILENAME, path, "/"); print path[3] }' /proc/[0-9]*/status 2>/dev/null; }

# init_of DIRECTORY prints the first process of the cluster, if it runs.
init_of() {
  local process start
  read -r process start 2>/dev/null <"$1/init" || return 1
  [[ -n $start && $(started "$process") == "$start" ]] && echo "$process"
}

cluster_alive() { init_of "$work" >/dev/null; }

# remove_cluster DIRECTORY ends what is left of a cluster, and removes it.
remove_cluster() {
  local number=${1##*/} process tries
  if process=$(init_of "$1"); then
    kill -KILL "$process" 2>/dev/null || true
    for ((tries = 0; tries < 200; tries++)); do
      init_of "$1" >/dev/null || break
      sleep 0.05
    done
  fi
  ip link delete "mgk$number" 2>/dev/null || true
  remove_cgroups "mirrorgen-kubernetes-$number"
  rm -rf --one-file-system "$1"
}

# lock_registry keeps others from making and removing directories of clusters.
lock_registry() {
  mkdir -p -m 700 "$clusters"
  if ! [[ -O $clusters && ! -L $clusters ]]; then
    say "$clusters belongs to somebody else"
    return 1
  fi
  [[ -n ${registry-} ]] || exec {registry}>"$clusters/lock"
  flock "$registry"
}

unlock_registry() {
  exec {registry}>&-
  registry=
}

# reserve_cluster makes the directory of a new cluster, $work, and removes those of
# clusters whose script has died.
reserve_cluster() {
  local directory lock
  lock_registry || return
  for directory in "$clusters"/*/; do
    directory=${directory%/}
    [[ -d $directory ]] || continue
    exec {lock}>"$directory/lock"
    if flock --nonblock "$lock"; then
      say "removing what is left of a cluster that was killed ($directory)"
      remove_cluster "$directory"
    fi
    exec {lock}>&-
  done
  for ((number = 0; number < 256; number++)); do
    work=$clusters/$number
    [[ ! -e $work ]] && network_free || continue
    mkdir "$work"
    exec {alive}>"$work/lock"
    flock "$alive"
    unlock_registry
    return 0
  done
  say "there is no free network 10.200.N.0/24 on this machine"
  return 1
}

# network_free says whether nothing on this machine has to do with our network.
network_free() {
  [[ -z $(ip -4 route show root "10.200.$number.0/24") &&
    -z $(ip -4 route show match "10.200.$number.0/24" | grep -v '^default ') ]]
}

# start_cluster NODES starts one and waits until it is ready; reason says why it did not
# start. Killing $supervisor ends it.
start_cluster() {
  local node process
  reason="the cluster did not start: see above"
  reserve_cluster || return
  say "starting Kubernetes with $1 nodes ($work)"
  mkdir -p "$work"/{bin,log,images,volumes,tmp,etcd}
  cp "$here"/kubernetes.d/{control,node,cluster.yaml} "$work"
  for ((node = 1; node <= $1; node++)); do
    mkdir -p "$work/node$node"/{lib,run,log,cni}
    if ! make_cgroups "mirrorgen-kubernetes-$number/node$node"; then
      reason="control groups, with a limit of memory, cannot be made below /sys/fs/cgroup"
      return 1
    fi
  done
  # unshare ends with this script, its child with it, and all in the child's process
  # namespace with that. A session of its own, since Ctrl-C is for the command first.
  setsid setpriv --pdeathsig KILL -- \
    unshare --pid --fork --kill-child --mount --propagation private --net --uts --mount-proc \
    bash "$work/control" "$work" "$programs" "$number" "$1" \
    </dev/null >"$work/log/control" 2>&1 {alive}>&- &
  supervisor=$!
  until process=$(child_of "$supervisor") && [[ -n $process ]]; do
    kill -0 "$supervisor" 2>/dev/null || { cluster_logs 5 && return 1; }
    sleep 0.02
  done
  echo "$process $(started "$process")" >"$work/init"
  connect_machine "$process" && await_ready || { cluster_logs 5 && return 1; }
}

# connect_machine PROCESS gives this machine a place in the nodes' network.
connect_machine() {
  ip link add "mgk$number" type veth peer name machine netns "$1" &&
    ip address add "10.200.$number.254/24" dev "mgk$number" &&
    ip link set "mgk$number" up
}

await_ready() {
  local -i tries
  for ((tries = 0; tries < 3000; tries++)); do
    [[ ! -e $work/ready ]] || return 0
    cluster_alive || return 1
    sleep 0.1
  done
  say "it is not ready after five minutes"
  return 1
}

# finish ends the cluster: the exit trap of a script that started one.
finish() {
  trap '' INT TERM HUP
  if [[ -n ${supervisor-} ]]; then
    kill -KILL "$supervisor" 2>/dev/null || true
    wait "$supervisor" 2>/dev/null || true
  fi
  if [[ -n ${alive-} ]]; then
    lock_registry
    remove_cluster "$work"
  fi
  rm -rf "${leftovers[@]}"
}

# cluster_logs [LINES] prints what the cluster's programs have logged.
cluster_logs() {
  local file
  for file in "$work"/log/*; do
    printf -- '--- %s\n' "${file##*/}"
    tail -n "${1:-+1}" "$file"
  done >&2
}

# inside COMMAND... runs it where the control plane runs.
inside() { nsenter --target "$(init_of "$work")" --mount --net --pid --uts -- "$@"; }

# cluster_load IMAGE... gives the images to the nodes.
cluster_load() {
  local image file saved=()
  file=$(mktemp "$work/images/XXXXXX")
  for image in "$@"; do
    if [[ -f $image ]]; then load_file "$image" || return; else saved+=("$image"); fi
  done
  if [[ ${#saved[@]} != 0 ]]; then
    docker save --output "$file" "${saved[@]}" && load_file "$file" || return
  fi
  rm -f "$file"
}

# load_file FILE gives an archive's images to every node at the same time.
load_file() {
  local node process processes=()
  for node in "$work"/node[1-9]; do
    inside ctr --address "/mnt/${node##*/}/containerd.sock" --namespace k8s.io images import - <"$1" >/dev/null &
    processes+=("$!")
  done
  for process in "${processes[@]}"; do
    wait "$process" || return
  done
}

# cluster_node NAME down|up pulls the node's network cable, or plugs it in.
cluster_node() {
  [[ -d $work/${1:-none} && $1 == node* && ${2-} =~ ^(up|down)$ ]] || usage
  inside ip link set "$1" "$2"
}
