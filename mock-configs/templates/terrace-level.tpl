# What a level and an encoding mean to mock, rpmbuild and Go, for any distribution. A .cfg sets before
#     config_opts['terrace_level']     x86_64, x86_64_v2, x86_64_v3 or x86_64_v4
#     config_opts['terrace_encoding']  arch: the packages' architecture is the level; flags: it stays x86_64
# and the distribution's template
#     config_opts['terrace_name']      fedora-45: the .cfg's own name begins so
#     config_opts['terrace_native']    the level that the distribution itself compiles its x86_64 for
_level = config_opts['terrace_level']
_by_arch = config_opts['terrace_encoding'] == 'arch'
# Startup files carry the mark of their level, so nothing is compiled for less than its build root is.
_compiled = max(_level, config_opts['terrace_native'])
_suffix = _compiled.replace('x86_64', '').replace('_', '-')  # '', '-v2', '-v3' or '-v4'

config_opts['root'] = config_opts['terrace_name'] + '-' + _level + ('' if _by_arch else '-flags')
# Build roots are filled with x86_64 packages: dnf's own architecture is the host's, whatever stands here.
config_opts['target_arch'] = _level if _by_arch else 'x86_64'
config_opts['rpmbuild_arch'] = _level if _by_arch else 'x86_64'
config_opts['legal_host_arches'] = tuple(sorted({'x86_64', _level}))

# NEVRA does not show the level where the architecture does not. Vendor must stay the distribution's: a change
# of vendor blocks updates.
config_opts['macros']['%distribution'] = config_opts['description'] + ' (' + _level + ')'

# Go does not read optflags.
if _suffix:
    config_opts['environment']['GOAMD64'] = _suffix[1:]
