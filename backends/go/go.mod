module spargio/backend_go

go 1.19
