### silent when it works
chronic echo a; echo $?; chronic sh -c 'echo e >&2'; echo $?
### all of it when it fails
chronic sh -c 'echo a; exit 3'; echo $?
