// The formats in which a recorded run can be written.

export const exportFormats = ['k6', 'hgrm', 'hlog', 'ndjson', 'vegeta', 'autocannon', 'junit'] as const

export type ExportFormat = (typeof exportFormats)[number]
