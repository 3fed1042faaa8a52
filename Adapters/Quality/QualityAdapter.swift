public import AdapterKit
public import CreditModel

/// 质监, the quality supervision office: files named by a manifest.
public struct QualityAdapter: SourceAdapter {
    /// Five datasets, the organisation codes first.
    public static let descriptor = AgencyDescriptor(
        id: .quality,
        title: "质监",
        englishTitle: "Quality supervision office",
        datasets: [
            DatasetDescriptor(id: DatasetID(.quality, "ZZJGDM"), title: "组织机构代码", englishTitle: "Organisation codes"),
            DatasetDescriptor(id: DatasetID(.quality, "SCXKZ"), title: "生产许可证", englishTitle: "Production licences"),
            DatasetDescriptor(
                id: DatasetID(.quality, "CCC"),
                title: "强制性产品认证",
                englishTitle: "Compulsory certifications"
            ),
            DatasetDescriptor(
                id: DatasetID(.quality, "JDCC"),
                title: "监督抽查",
                englishTitle: "Inspections",
                roles: [.producer, .seller, .victim]
            ),
            DatasetDescriptor(
                id: DatasetID(.quality, "XZCF"),
                title: "行政处罚",
                englishTitle: "Penalties, double publicity"
            ),
        ],
        schema: PackageResources.schema_xml
    )

    let configuration: SourceConfiguration
    let token: Secret

    /// Needs `baseURL` and `token`.
    public init(_ configuration: SourceConfiguration) throws(AdapterError) {
        guard !configuration.baseURL.isEmpty else { throw AdapterError(.configuration, "Set sources.quality.baseURL.") }
        guard let token = configuration.token else { throw AdapterError(.configuration, "Set sources.quality.token.") }
        self.configuration = configuration
        self.token = token
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        guard let type = QualityTables.types[request.dataset.name] else {
            throw AdapterError(.rejected, "质监 has no dataset \(request.dataset.name).")
        }
        let state = try PositionState(request.position)
        try QualityPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The normalised form of a row, by its dataset's table.
    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        guard let type = QualityTables.type(record.dataset.name, fields: record.fields) else {
            throw Self.unknown(record.dataset)
        }
        return try type.normalise(record)
    }

    /// Reads a row's bytes again; its place names the file, and with it the file's number.
    public func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection)
        -> SourceRecord?
    {
        guard let number = QualityRow.number(in: place.document) else { return nil }
        let row = try FeedDocument.row(original, element: "记录", place: place)
        guard let type = QualityTables.type(dataset.name, fields: row.fields) else { throw Self.unknown(dataset) }
        return try QualityRow.record(row, of: dataset, type, file: number, place: place)
    }

    private static func unknown(_ dataset: DatasetID) -> RowRejection {
        RowRejection(rule: "dataset-unknown", message: "质监 has no dataset \(dataset.name).")
    }
}
