public import AdapterKit
public import CreditModel

/// 质监, the quality supervision office: files named by a manifest.
public struct QualityAdapter: TableAdapter {
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
        self.configuration = try Self.located(configuration)
        token = try Self.required(configuration.token, "token")
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        let type = try Self.type(of: request)
        let state = try PositionState(request.position)
        try QualityPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The name of a row's element.
    public static let rowElement = "记录"

    /// The record type of a dataset's row.
    public static func type(_ dataset: DatasetID, holding fields: [RawField]) -> RecordType? {
        QualityTables.type(dataset.name, fields: fields)
    }
}
