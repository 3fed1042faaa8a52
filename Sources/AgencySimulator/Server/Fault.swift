package import CreditModel

/// One bad moment on demand.
package struct Fault: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case status(Int, retryAfter: String?)
        /// The connection is reset before any byte of an answer.
        ///
        /// To its reader it is what a refused connection is; to refuse one truly, nobody may listen on the port.
        case refuse
        /// The connection is reset after so many bytes of the body.
        case reset(Int)
        /// The answer ends amid its head.
        case cutHead
        /// The connection is closed after so many bytes of the body, fewer than the head promised.
        case truncate(Int)
        /// The document ends after so many bytes, and its length says so.
        case cut(Int)
        case html
        /// Row `n` of the page, from 1, holds a bare `&`, in this answer only.
        case malformedRow(Int)
        /// Row `n` of the page, from 1, holds a byte that no encoding of ours has, in this answer only.
        case undecodableRow(Int)
        case foreignSequence
        case expiredCursor
        case busy(Int)
        case internalError
        /// The credentials are refused, in the agency's own words.
        case refusedLogin
        /// A parameter of the request is refused, in the agency's own words.
        case refusedRequest
        case missingFile
        /// 质监: the manifest leaves out the dataset's last but one file.
        case gap
        case wrongDigest
        /// 质监: what the manifest says in this attribute of the dataset's newest file.
        case wrongEntry(String, String)
        case replacedFile
        /// Nothing comes for so many seconds.
        case hang(Int)
        /// To this place; `itself` for the request's own.
        case redirect(String)
        case wrongCharset
        /// The declaration names this encoding.
        case foreignEncoding(String)
        case byteOrderMark
        case doctype
        /// One byte a second.
        case trickle
        /// The body never ends.
        case endless
        /// A row holds so many bytes of text.
        case hugeRow(Int)
        /// Elements lie in one another, so many deep.
        case deepNesting(Int)
        /// Entities that grow to gigabytes.
        case entityBomb
        /// An entity that a parser would have to fetch from here.
        case externalEntity(String)
        /// A few megabytes, declared as gzip, that grow to a gigabyte.
        case gzipBomb
        /// So many bytes of the body come, and then nothing for so many seconds.
        case stall(Int, seconds: Int)

        /// 质监: the newest file of the dataset holds it, under a right digest, from the manifest that it hits on.
        var mayFillAFile: Bool {
            switch self {
            case .malformedRow, .undecodableRow, .foreignEncoding, .doctype, .hugeRow, .deepNesting, .entityBomb,
                .externalEntity, .gzipBomb:
                true
            default: false
            }
        }

        /// 质监: a dataset names the file, though it hits a manifest.
        var isAboutManifest: Bool {
            switch self {
            case .gap, .wrongEntry: true
            default: false
            }
        }
    }

    package var agency: AgencyID
    /// The dataset that it hits; nil for whichever is asked for.
    ///
    /// 质监's manifest is `manifest`.
    package var dataset: String?
    /// Which of the matching requests from now on is the first that it hits; 1 is the next.
    package var request: Int
    /// How many it hits.
    package var times: Int
    package var kind: Kind
    /// Of the requests that it could hit, the share that it does, drawn from the seed; nil for all.
    package var share: Double?

    package init(
        agency: AgencyID,
        dataset: String? = nil,
        request: Int = 1,
        times: Int? = nil,
        share: Double? = nil,
        kind: Kind
    ) {
        self.agency = agency
        self.dataset = dataset
        self.request = request
        self.times = times ?? (share == nil ? 1 : .max)
        self.share = share
        self.kind = kind
    }

    /// Whether it hits a request for this dataset; counts it.
    mutating func strikes(_ agency: AgencyID, _ dataset: String, _ draw: UInt64) -> Bool {
        guard agency == self.agency, self.dataset == nil || self.dataset == dataset, times > 0 else { return false }
        request -= 1
        guard request <= 0, share.map({ Chance.happens($0, draw) }) ?? true else { return false }
        times -= 1
        return true
    }
}
