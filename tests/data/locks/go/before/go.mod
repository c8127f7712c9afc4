module example.com/wide

go 1.19

require (
	example.com/local v0.0.0
	example.com/wave v1.0.0
	github.com/google/uuid v1.3.0
	github.com/stretchr/testify v1.8.1
)

require (
	github.com/davecgh/go-spew v1.1.1 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace example.com/local => ./local
