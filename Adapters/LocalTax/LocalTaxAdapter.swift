public import AdapterKit
public import CreditModel

/// 地税, the local tax office: one query by the time of the last row, inclusively.
public struct LocalTaxAdapter: SourceAdapter {
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
        guard !configuration.baseURL.isEmpty else {
            throw AdapterError(.configuration, "Set sources.localtax.baseURL.")
        }
        guard let user = configuration.user else { throw AdapterError(.configuration, "Set sources.localtax.user.") }
        guard let password = configuration.password else {
            throw AdapterError(.configuration, "Set sources.localtax.password.")
        }
        self.configuration = configuration
        self.user = user
        self.password = password
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        guard let type = LocalTaxTables.types[request.dataset.name] else {
            throw AdapterError(.rejected, "地税 has no dataset \(request.dataset.name).")
        }
        let state = try PositionState(request.position)
        try LocalTaxPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The normalised form of a row, by its dataset's table.
    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        guard let type = LocalTaxTables.types[record.dataset.name] else { throw Self.unknown(record.dataset) }
        return try type.normalise(record)
    }

    /// Reads a row's bytes again, by the same steps as a pull.
    public func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection)
        -> SourceRecord?
    {
        guard let type = LocalTaxTables.types[dataset.name] else { throw Self.unknown(dataset) }
        let row = try FeedDocument.row(original, element: "r", place: place)
        return try LocalTaxRow.record(row, of: dataset, type, place: place)
    }

    private static func unknown(_ dataset: DatasetID) -> RowRejection {
        RowRejection(rule: "dataset-unknown", message: "地税 has no dataset \(dataset.name).")
    }
}
