{{/* Names and labels that several templates share. */}}

{{- define "sparekey.name" -}}
{{- $name := ternary .Release.Name (printf "%s-sparekey" .Release.Name) (contains "sparekey" .Release.Name) -}}
{{- $name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "sparekey.selector" -}}
app.kubernetes.io/name: sparekey
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end }}

{{- define "sparekey.valkeySelector" -}}
app.kubernetes.io/name: sparekey
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: valkey
{{- end }}

{{- define "sparekey.labels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "sparekey.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "sparekey.name" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- define "sparekey.secret" -}}
{{- .Values.secrets.existing | default (include "sparekey.name" .) -}}
{{- end }}

{{/* What the chart writes into the configuration. A gateway takes up a change of the rest while it runs. */}}
{{- define "sparekey.place" -}}
listen: 0.0.0.0:5397
admin:
  listen: 0.0.0.0:5398
  token: ${file:/run/secrets/sparekey/admin-token}
{{- if eq .Values.state.kind "valkey" }}
state: redis://:${file:/run/secrets/sparekey/valkey-password}@{{ include "sparekey.name" . }}-valkey:6379/0?prefix=sparekey
{{- else if eq .Values.state.kind "external" }}
state: {{ required "state.url is needed where state.kind is external" .Values.state.url }}
{{- else }}
state: 'memory:'
{{- end }}
{{- end }}
