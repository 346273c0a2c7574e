import 'demo-shared/shell'
