module spargio/straight_go

go 1.19
