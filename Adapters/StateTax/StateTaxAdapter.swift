public import AdapterKit
public import CreditModel

/// 国税, the state tax office: windows on the time of modification, asked for by POST.
public struct StateTaxAdapter: TableAdapter {
    /// Four datasets, the taxpayers first.
    public static let descriptor = AgencyDescriptor(
        id: .statetax,
        title: "国税",
        englishTitle: "State tax office",
        datasets: [
            DatasetDescriptor(id: DatasetID(.statetax, "NSRXX"), title: "纳税人信息", englishTitle: "Taxpayers"),
            DatasetDescriptor(id: DatasetID(.statetax, "NSRXYDJ"), title: "纳税信用等级", englishTitle: "Tax credit grades"),
            DatasetDescriptor(
                id: DatasetID(.statetax, "QSGG"),
                title: "欠税公告",
                englishTitle: "Announcements of tax arrears"
            ),
            DatasetDescriptor(
                id: DatasetID(.statetax, "ZDSSWF"),
                title: "重大税收违法失信主体",
                englishTitle: "Serious tax violations"
            ),
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
        try StateTaxPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The name of a row's element.
    public static let rowElement = "ROW"

    /// Always UTF-8.
    public static let isUsuallyUTF8 = true

    /// The record type of a dataset's row.
    public static func type(_ dataset: DatasetID, holding fields: [RawField]) -> RecordType? {
        StateTaxTables.types[dataset.name]
    }
}
