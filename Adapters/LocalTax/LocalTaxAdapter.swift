public import AdapterKit
public import CreditModel

/// 地税, the local tax office: one query by the time of the last row, inclusively.
public struct LocalTaxAdapter: TableAdapter {
    /// Four datasets, the taxpayers first.
    public static let descriptor = AgencyDescriptor(
        id: .localtax,
        title: "地税",
        englishTitle: "Local tax office",
        datasets: [
            DatasetDescriptor(id: DatasetID(.localtax, "nsr"), title: "纳税人", englishTitle: "Taxpayers"),
            DatasetDescriptor(id: DatasetID(.localtax, "fzc"), title: "非正常户", englishTitle: "Missing taxpayers"),
            DatasetDescriptor(id: DatasetID(.localtax, "qs"), title: "欠税", englishTitle: "Tax arrears"),
            DatasetDescriptor(id: DatasetID(.localtax, "cf"), title: "税务行政处罚", englishTitle: "Tax penalties"),
        ],
        schema: PackageResources.schema_xml
    )

    let configuration: SourceConfiguration
    let user: String
    let password: Secret

    /// Needs `baseURL`, `user` and `password`.
    public init(_ configuration: SourceConfiguration) throws(AdapterError) {
        self.configuration = try Self.located(configuration)
        user = try Self.required(configuration.user, "user")
        password = try Self.required(configuration.password, "password")
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        let type = try Self.type(of: request)
        let state = try PositionState(request.position)
        try LocalTaxPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The name of a row's element.
    public static let rowElement = "r"

    /// The record type of a dataset's row.
    public static func type(_ dataset: DatasetID, holding fields: [RawField]) -> RecordType? {
        LocalTaxTables.types[dataset.name]
    }
}
