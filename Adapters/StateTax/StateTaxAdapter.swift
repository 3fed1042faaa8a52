public import AdapterKit
public import CreditModel

/// 国税, the state tax office: windows on the time of modification, asked for by POST.
public struct StateTaxAdapter: SourceAdapter {
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
        guard !configuration.baseURL.isEmpty else {
            throw AdapterError(.configuration, "Set sources.statetax.baseURL.")
        }
        guard let user = configuration.user else { throw AdapterError(.configuration, "Set sources.statetax.user.") }
        guard let password = configuration.password else {
            throw AdapterError(.configuration, "Set sources.statetax.password.")
        }
        self.configuration = configuration
        self.user = user
        self.password = password
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        guard let type = StateTaxTables.types[request.dataset.name] else {
            throw AdapterError(.rejected, "国税 has no dataset \(request.dataset.name).")
        }
        let state = try PositionState(request.position)
        try StateTaxPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The normalised form of a row, by its dataset's table.
    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        guard let type = StateTaxTables.types[record.dataset.name] else { throw Self.unknown(record.dataset) }
        return try type.normalise(record)
    }

    /// Reads a row's bytes again, by the same steps as a pull.
    public func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection)
        -> SourceRecord?
    {
        guard let type = StateTaxTables.types[dataset.name] else { throw Self.unknown(dataset) }
        let row = try FeedDocument.row(original, element: "ROW", place: place)
        return try StateTaxRow.record(row, of: dataset, type, place: place)
    }

    private static func unknown(_ dataset: DatasetID) -> RowRejection {
        RowRejection(rule: "dataset-unknown", message: "国税 has no dataset \(dataset.name).")
    }
}
