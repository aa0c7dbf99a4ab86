### one
touch a; unlink a; ls; unlink a 2>/dev/null; echo $?; mkdir d; unlink d 2>/dev/null; echo $?; unlink 2>/dev/null; echo $?; unlink a b 2>/dev/null; echo $?
