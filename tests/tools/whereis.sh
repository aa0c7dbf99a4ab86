### files of a directory
mkdir b m; touch b/tool b/tool.sh b/tools b/other m/tool.1.gz
whereis -b -B b -f tool nothing; whereis -b -m -B b -M m -f tool; whereis -u -b -B b -f tool other
