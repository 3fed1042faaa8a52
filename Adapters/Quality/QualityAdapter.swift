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

    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        guard let type = QualityTables.types[request.dataset.name] else {
            throw AdapterError(.rejected, "质监 has no dataset \(request.dataset.name).")
        }
        let state = try PositionState(request.position)
        try QualityPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        guard let type = QualityTables.type(record.dataset.name, fields: record.fields) else {
            throw RowRejection(rule: "dataset-unknown", message: "质监 has no dataset \(record.dataset.name).")
        }
        return try type.normalise(record)
    }
}
