# dnf's configuration, for any distribution. On a farm all packages come from a frozen seed: whoever builds sets
#     config_opts['terrace_seed'] = [{'name': 'base', 'url': 'file:///srv/seed/os'}, ...]
# before. Other keys of a repo go into its section as they are ('priority': 10, 'cost': 500, ...). A repo with
# 'rebuilt': True holds what the farm itself built (ordered mode): it comes on top of the cached build root.
# Without a seed the repos are the distribution's own, those of `terrace_repos`, with signatures checked. A seed's
# packages are what its id says by digests, those of the farm among them, which nobody signed.
_seed = config_opts.get('terrace_seed') or []
if not _seed and not config_opts.get('terrace_repos'):
    raise Exception("config_opts['terrace_seed'] is not set: write a .cfg of your own that sets it to the "
                    "repos to install from, [{'name': 'NAME', 'url': 'URL'}], and then includes this one")

if _seed:
    import hashlib as _hashlib
    import os as _os

    # A root cache for each seed: mock itself would take up the cache that another seed has left.
    _seed_digest = _hashlib.sha256(config_opts['chroot_setup_cmd'].encode())
    for _repo in _seed:
        if not _repo.get('rebuilt'):
            _seed_digest.update(_repo['url'].encode())
            _repomd = _repo['url'].replace('file://', '', 1) + '/repodata/repomd.xml'
            if _os.path.exists(_repomd):
                with open(_repomd, 'rb') as _file:
                    _seed_digest.update(_file.read())
    config_opts['plugin_conf']['root_cache_opts']['dir'] = (
        '{{cache_topdir}}/' + config_opts['root'] + '/root_cache-' + _seed_digest.hexdigest()[:12] + '/')

    # The seed does not change, so a cached build root needs no update. What the farm itself built stays out of
    # the cache and comes with the update.
    _rebuilt = [_repo['name'] for _repo in _seed if _repo.get('rebuilt')]
    config_opts['update_before_build'] = bool(_rebuilt)
    config_opts['chroot_setup_cmd'] += ''.join(' --disablerepo=' + _name for _name in _rebuilt)

    config_opts['terrace_repos'] = """
{% for repo in terrace_seed %}
[{{ repo['name'] }}]
name={{ repo['name'] }}
baseurl={{ repo['url'] }}
{% for key, value in repo.items() if key not in ('name', 'url', 'rebuilt') %}
{{ key }}={{ value }}
{% endfor %}

{% endfor %}
"""

config_opts['dnf.conf'] = """
[main]
keepcache=1
system_cachedir=/var/cache/dnf
debuglevel=2
reposdir=/dev/null
logfile=/var/log/yum.log
retries=5
obsoletes=1
gpgcheck={{ 0 if terrace_seed | default([]) else 1 }}
assumeyes=1
syslog_ident=mock
syslog_device=
metadata_expire=0
best=1
install_weak_deps=0
protected_packages=
module_platform_id=
user_agent={{ user_agent }}

""" + config_opts['terrace_repos']
