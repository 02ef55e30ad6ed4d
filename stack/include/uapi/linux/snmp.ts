/** Counters of /proc/net/snmp and /proc/net/netstat, in the order in which they are shown. @linux include/uapi/linux/snmp.h, net/ipv4/proc.c */

/** Names as shown, by the counter's number. */
export const IPSTATS_MIB_NAMES = [
  'InReceives',
  'InHdrErrors',
  'InAddrErrors',
  'ForwDatagrams',
  'InUnknownProtos',
  'InDiscards',
  'InDelivers',
  'OutRequests',
  'OutDiscards',
  'OutNoRoutes',
  'ReasmTimeout',
  'ReasmReqds',
  'ReasmOKs',
  'ReasmFails',
  'FragOKs',
  'FragFails',
  'FragCreates',
  'InNoRoutes',
  'InTruncatedPkts',
  'InMcastPkts',
  'OutMcastPkts',
  'InBcastPkts',
  'OutBcastPkts',
  'InOctets',
  'OutOctets',
  'InMcastOctets',
  'OutMcastOctets',
  'InBcastOctets',
  'OutBcastOctets',
  'InCsumErrors',
  'InNoECTPkts',
  'InECT1Pkts',
  'InECT0Pkts',
  'InCEPkts',
  'ReasmOverlaps',
] as const;
export const IPSTATS_MIB_INPKTS = 0;
export const IPSTATS_MIB_INHDRERRORS = 1;
export const IPSTATS_MIB_INADDRERRORS = 2;
export const IPSTATS_MIB_OUTFORWDATAGRAMS = 3;
export const IPSTATS_MIB_INUNKNOWNPROTOS = 4;
export const IPSTATS_MIB_INDISCARDS = 5;
export const IPSTATS_MIB_INDELIVERS = 6;
export const IPSTATS_MIB_OUTPKTS = 7;
export const IPSTATS_MIB_OUTDISCARDS = 8;
export const IPSTATS_MIB_OUTNOROUTES = 9;
export const IPSTATS_MIB_REASMTIMEOUT = 10;
export const IPSTATS_MIB_REASMREQDS = 11;
export const IPSTATS_MIB_REASMOKS = 12;
export const IPSTATS_MIB_REASMFAILS = 13;
export const IPSTATS_MIB_FRAGOKS = 14;
export const IPSTATS_MIB_FRAGFAILS = 15;
export const IPSTATS_MIB_FRAGCREATES = 16;
export const IPSTATS_MIB_INNOROUTES = 17;
export const IPSTATS_MIB_INTRUNCATEDPKTS = 18;
export const IPSTATS_MIB_INMCASTPKTS = 19;
export const IPSTATS_MIB_OUTMCASTPKTS = 20;
export const IPSTATS_MIB_INBCASTPKTS = 21;
export const IPSTATS_MIB_OUTBCASTPKTS = 22;
export const IPSTATS_MIB_INOCTETS = 23;
export const IPSTATS_MIB_OUTOCTETS = 24;
export const IPSTATS_MIB_INMCASTOCTETS = 25;
export const IPSTATS_MIB_OUTMCASTOCTETS = 26;
export const IPSTATS_MIB_INBCASTOCTETS = 27;
export const IPSTATS_MIB_OUTBCASTOCTETS = 28;
export const IPSTATS_MIB_CSUMERRORS = 29;
export const IPSTATS_MIB_NOECTPKTS = 30;
export const IPSTATS_MIB_ECT1PKTS = 31;
export const IPSTATS_MIB_ECT0PKTS = 32;
export const IPSTATS_MIB_CEPKTS = 33;
export const IPSTATS_MIB_REASM_OVERLAPS = 34;

/** Names as shown, by the counter's number. */
export const TCP_MIB_NAMES = [
  'RtoAlgorithm',
  'RtoMin',
  'RtoMax',
  'MaxConn',
  'ActiveOpens',
  'PassiveOpens',
  'AttemptFails',
  'EstabResets',
  'CurrEstab',
  'InSegs',
  'OutSegs',
  'RetransSegs',
  'InErrs',
  'OutRsts',
  'InCsumErrors',
] as const;
export const TCP_MIB_RTOALGORITHM = 0;
export const TCP_MIB_RTOMIN = 1;
export const TCP_MIB_RTOMAX = 2;
export const TCP_MIB_MAXCONN = 3;
export const TCP_MIB_ACTIVEOPENS = 4;
export const TCP_MIB_PASSIVEOPENS = 5;
export const TCP_MIB_ATTEMPTFAILS = 6;
export const TCP_MIB_ESTABRESETS = 7;
export const TCP_MIB_CURRESTAB = 8;
export const TCP_MIB_INSEGS = 9;
export const TCP_MIB_OUTSEGS = 10;
export const TCP_MIB_RETRANSSEGS = 11;
export const TCP_MIB_INERRS = 12;
export const TCP_MIB_OUTRSTS = 13;
export const TCP_MIB_CSUMERRORS = 14;

/** Names as shown, by the counter's number. */
export const UDP_MIB_NAMES = [
  'InDatagrams',
  'NoPorts',
  'InErrors',
  'OutDatagrams',
  'RcvbufErrors',
  'SndbufErrors',
  'InCsumErrors',
  'IgnoredMulti',
  'MemErrors',
] as const;
export const UDP_MIB_INDATAGRAMS = 0;
export const UDP_MIB_NOPORTS = 1;
export const UDP_MIB_INERRORS = 2;
export const UDP_MIB_OUTDATAGRAMS = 3;
export const UDP_MIB_RCVBUFERRORS = 4;
export const UDP_MIB_SNDBUFERRORS = 5;
export const UDP_MIB_CSUMERRORS = 6;
export const UDP_MIB_IGNOREDMULTI = 7;
export const UDP_MIB_MEMERRORS = 8;

/** Names as shown, by the counter's number. */
export const LINUX_MIB_NAMES = [
  'SyncookiesSent',
  'SyncookiesRecv',
  'SyncookiesFailed',
  'EmbryonicRsts',
  'PruneCalled',
  'RcvPruned',
  'OfoPruned',
  'OutOfWindowIcmps',
  'LockDroppedIcmps',
  'ArpFilter',
  'TW',
  'TWRecycled',
  'TWKilled',
  'PAWSActive',
  'PAWSEstab',
  'DelayedACKs',
  'DelayedACKLocked',
  'DelayedACKLost',
  'ListenOverflows',
  'ListenDrops',
  'TCPHPHits',
  'TCPPureAcks',
  'TCPHPAcks',
  'TCPRenoRecovery',
  'TCPSackRecovery',
  'TCPSACKReneging',
  'TCPSACKReorder',
  'TCPRenoReorder',
  'TCPTSReorder',
  'TCPFullUndo',
  'TCPPartialUndo',
  'TCPDSACKUndo',
  'TCPLossUndo',
  'TCPLostRetransmit',
  'TCPRenoFailures',
  'TCPSackFailures',
  'TCPLossFailures',
  'TCPFastRetrans',
  'TCPSlowStartRetrans',
  'TCPTimeouts',
  'TCPLossProbes',
  'TCPLossProbeRecovery',
  'TCPRenoRecoveryFail',
  'TCPSackRecoveryFail',
  'TCPRcvCollapsed',
  'TCPBacklogCoalesce',
  'TCPDSACKOldSent',
  'TCPDSACKOfoSent',
  'TCPDSACKRecv',
  'TCPDSACKOfoRecv',
  'TCPAbortOnData',
  'TCPAbortOnClose',
  'TCPAbortOnMemory',
  'TCPAbortOnTimeout',
  'TCPAbortOnLinger',
  'TCPAbortFailed',
  'TCPMemoryPressures',
  'TCPMemoryPressuresChrono',
  'TCPSACKDiscard',
  'TCPDSACKIgnoredOld',
  'TCPDSACKIgnoredNoUndo',
  'TCPSpuriousRTOs',
  'TCPMD5NotFound',
  'TCPMD5Unexpected',
  'TCPMD5Failure',
  'TCPSackShifted',
  'TCPSackMerged',
  'TCPSackShiftFallback',
  'TCPBacklogDrop',
  'PFMemallocDrop',
  'TCPMinTTLDrop',
  'TCPDeferAcceptDrop',
  'IPReversePathFilter',
  'TCPTimeWaitOverflow',
  'TCPReqQFullDoCookies',
  'TCPReqQFullDrop',
  'TCPRetransFail',
  'TCPRcvCoalesce',
  'TCPOFOQueue',
  'TCPOFODrop',
  'TCPOFOMerge',
  'TCPChallengeACK',
  'TCPSYNChallenge',
  'TCPFastOpenActive',
  'TCPFastOpenActiveFail',
  'TCPFastOpenPassive',
  'TCPFastOpenPassiveFail',
  'TCPFastOpenListenOverflow',
  'TCPFastOpenCookieReqd',
  'TCPFastOpenBlackhole',
  'TCPSpuriousRtxHostQueues',
  'BusyPollRxPackets',
  'TCPAutoCorking',
  'TCPFromZeroWindowAdv',
  'TCPToZeroWindowAdv',
  'TCPWantZeroWindowAdv',
  'TCPSynRetrans',
  'TCPOrigDataSent',
  'TCPHystartTrainDetect',
  'TCPHystartTrainCwnd',
  'TCPHystartDelayDetect',
  'TCPHystartDelayCwnd',
  'TCPACKSkippedSynRecv',
  'TCPACKSkippedPAWS',
  'TCPACKSkippedSeq',
  'TCPACKSkippedFinWait2',
  'TCPACKSkippedTimeWait',
  'TCPACKSkippedChallenge',
  'TCPWinProbe',
  'TCPKeepAlive',
  'TCPMTUPFail',
  'TCPMTUPSuccess',
  'TCPDelivered',
  'TCPDeliveredCE',
  'TCPAckCompressed',
  'TCPZeroWindowDrop',
  'TCPRcvQDrop',
  'TCPWqueueTooBig',
  'TCPFastOpenPassiveAltKey',
  'TcpTimeoutRehash',
  'TcpDuplicateDataRehash',
  'TCPDSACKRecvSegs',
  'TCPDSACKIgnoredDubious',
  'TCPMigrateReqSuccess',
  'TCPMigrateReqFailure',
] as const;
export const LINUX_MIB_SYNCOOKIESSENT = 0;
export const LINUX_MIB_SYNCOOKIESRECV = 1;
export const LINUX_MIB_SYNCOOKIESFAILED = 2;
export const LINUX_MIB_EMBRYONICRSTS = 3;
export const LINUX_MIB_PRUNECALLED = 4;
export const LINUX_MIB_RCVPRUNED = 5;
export const LINUX_MIB_OFOPRUNED = 6;
export const LINUX_MIB_OUTOFWINDOWICMPS = 7;
export const LINUX_MIB_LOCKDROPPEDICMPS = 8;
export const LINUX_MIB_ARPFILTER = 9;
export const LINUX_MIB_TIMEWAITED = 10;
export const LINUX_MIB_TIMEWAITRECYCLED = 11;
export const LINUX_MIB_TIMEWAITKILLED = 12;
export const LINUX_MIB_PAWSACTIVEREJECTED = 13;
export const LINUX_MIB_PAWSESTABREJECTED = 14;
export const LINUX_MIB_DELAYEDACKS = 15;
export const LINUX_MIB_DELAYEDACKLOCKED = 16;
export const LINUX_MIB_DELAYEDACKLOST = 17;
export const LINUX_MIB_LISTENOVERFLOWS = 18;
export const LINUX_MIB_LISTENDROPS = 19;
export const LINUX_MIB_TCPHPHITS = 20;
export const LINUX_MIB_TCPPUREACKS = 21;
export const LINUX_MIB_TCPHPACKS = 22;
export const LINUX_MIB_TCPRENORECOVERY = 23;
export const LINUX_MIB_TCPSACKRECOVERY = 24;
export const LINUX_MIB_TCPSACKRENEGING = 25;
export const LINUX_MIB_TCPSACKREORDER = 26;
export const LINUX_MIB_TCPRENOREORDER = 27;
export const LINUX_MIB_TCPTSREORDER = 28;
export const LINUX_MIB_TCPFULLUNDO = 29;
export const LINUX_MIB_TCPPARTIALUNDO = 30;
export const LINUX_MIB_TCPDSACKUNDO = 31;
export const LINUX_MIB_TCPLOSSUNDO = 32;
export const LINUX_MIB_TCPLOSTRETRANSMIT = 33;
export const LINUX_MIB_TCPRENOFAILURES = 34;
export const LINUX_MIB_TCPSACKFAILURES = 35;
export const LINUX_MIB_TCPLOSSFAILURES = 36;
export const LINUX_MIB_TCPFASTRETRANS = 37;
export const LINUX_MIB_TCPSLOWSTARTRETRANS = 38;
export const LINUX_MIB_TCPTIMEOUTS = 39;
export const LINUX_MIB_TCPLOSSPROBES = 40;
export const LINUX_MIB_TCPLOSSPROBERECOVERY = 41;
export const LINUX_MIB_TCPRENORECOVERYFAIL = 42;
export const LINUX_MIB_TCPSACKRECOVERYFAIL = 43;
export const LINUX_MIB_TCPRCVCOLLAPSED = 44;
export const LINUX_MIB_TCPBACKLOGCOALESCE = 45;
export const LINUX_MIB_TCPDSACKOLDSENT = 46;
export const LINUX_MIB_TCPDSACKOFOSENT = 47;
export const LINUX_MIB_TCPDSACKRECV = 48;
export const LINUX_MIB_TCPDSACKOFORECV = 49;
export const LINUX_MIB_TCPABORTONDATA = 50;
export const LINUX_MIB_TCPABORTONCLOSE = 51;
export const LINUX_MIB_TCPABORTONMEMORY = 52;
export const LINUX_MIB_TCPABORTONTIMEOUT = 53;
export const LINUX_MIB_TCPABORTONLINGER = 54;
export const LINUX_MIB_TCPABORTFAILED = 55;
export const LINUX_MIB_TCPMEMORYPRESSURES = 56;
export const LINUX_MIB_TCPMEMORYPRESSURESCHRONO = 57;
export const LINUX_MIB_TCPSACKDISCARD = 58;
export const LINUX_MIB_TCPDSACKIGNOREDOLD = 59;
export const LINUX_MIB_TCPDSACKIGNOREDNOUNDO = 60;
export const LINUX_MIB_TCPSPURIOUSRTOS = 61;
export const LINUX_MIB_TCPMD5NOTFOUND = 62;
export const LINUX_MIB_TCPMD5UNEXPECTED = 63;
export const LINUX_MIB_TCPMD5FAILURE = 64;
export const LINUX_MIB_SACKSHIFTED = 65;
export const LINUX_MIB_SACKMERGED = 66;
export const LINUX_MIB_SACKSHIFTFALLBACK = 67;
export const LINUX_MIB_TCPBACKLOGDROP = 68;
export const LINUX_MIB_PFMEMALLOCDROP = 69;
export const LINUX_MIB_TCPMINTTLDROP = 70;
export const LINUX_MIB_TCPDEFERACCEPTDROP = 71;
export const LINUX_MIB_IPRPFILTER = 72;
export const LINUX_MIB_TCPTIMEWAITOVERFLOW = 73;
export const LINUX_MIB_TCPREQQFULLDOCOOKIES = 74;
export const LINUX_MIB_TCPREQQFULLDROP = 75;
export const LINUX_MIB_TCPRETRANSFAIL = 76;
export const LINUX_MIB_TCPRCVCOALESCE = 77;
export const LINUX_MIB_TCPOFOQUEUE = 78;
export const LINUX_MIB_TCPOFODROP = 79;
export const LINUX_MIB_TCPOFOMERGE = 80;
export const LINUX_MIB_TCPCHALLENGEACK = 81;
export const LINUX_MIB_TCPSYNCHALLENGE = 82;
export const LINUX_MIB_TCPFASTOPENACTIVE = 83;
export const LINUX_MIB_TCPFASTOPENACTIVEFAIL = 84;
export const LINUX_MIB_TCPFASTOPENPASSIVE = 85;
export const LINUX_MIB_TCPFASTOPENPASSIVEFAIL = 86;
export const LINUX_MIB_TCPFASTOPENLISTENOVERFLOW = 87;
export const LINUX_MIB_TCPFASTOPENCOOKIEREQD = 88;
export const LINUX_MIB_TCPFASTOPENBLACKHOLE = 89;
export const LINUX_MIB_TCPSPURIOUS_RTX_HOSTQUEUES = 90;
export const LINUX_MIB_BUSYPOLLRXPACKETS = 91;
export const LINUX_MIB_TCPAUTOCORKING = 92;
export const LINUX_MIB_TCPFROMZEROWINDOWADV = 93;
export const LINUX_MIB_TCPTOZEROWINDOWADV = 94;
export const LINUX_MIB_TCPWANTZEROWINDOWADV = 95;
export const LINUX_MIB_TCPSYNRETRANS = 96;
export const LINUX_MIB_TCPORIGDATASENT = 97;
export const LINUX_MIB_TCPHYSTARTTRAINDETECT = 98;
export const LINUX_MIB_TCPHYSTARTTRAINCWND = 99;
export const LINUX_MIB_TCPHYSTARTDELAYDETECT = 100;
export const LINUX_MIB_TCPHYSTARTDELAYCWND = 101;
export const LINUX_MIB_TCPACKSKIPPEDSYNRECV = 102;
export const LINUX_MIB_TCPACKSKIPPEDPAWS = 103;
export const LINUX_MIB_TCPACKSKIPPEDSEQ = 104;
export const LINUX_MIB_TCPACKSKIPPEDFINWAIT2 = 105;
export const LINUX_MIB_TCPACKSKIPPEDTIMEWAIT = 106;
export const LINUX_MIB_TCPACKSKIPPEDCHALLENGE = 107;
export const LINUX_MIB_TCPWINPROBE = 108;
export const LINUX_MIB_TCPKEEPALIVE = 109;
export const LINUX_MIB_TCPMTUPFAIL = 110;
export const LINUX_MIB_TCPMTUPSUCCESS = 111;
export const LINUX_MIB_TCPDELIVERED = 112;
export const LINUX_MIB_TCPDELIVEREDCE = 113;
export const LINUX_MIB_TCPACKCOMPRESSED = 114;
export const LINUX_MIB_TCPZEROWINDOWDROP = 115;
export const LINUX_MIB_TCPRCVQDROP = 116;
export const LINUX_MIB_TCPWQUEUETOOBIG = 117;
export const LINUX_MIB_TCPFASTOPENPASSIVEALTKEY = 118;
export const LINUX_MIB_TCPTIMEOUTREHASH = 119;
export const LINUX_MIB_TCPDUPLICATEDATAREHASH = 120;
export const LINUX_MIB_TCPDSACKRECVSEGS = 121;
export const LINUX_MIB_TCPDSACKIGNOREDDUBIOUS = 122;
export const LINUX_MIB_TCPMIGRATEREQSUCCESS = 123;
export const LINUX_MIB_TCPMIGRATEREQFAILURE = 124;
/** Names as shown, by the counter's number. */
export const ICMP_MIB_NAMES = [
  'InMsgs',
  'InErrors',
  'InCsumErrors',
  'OutMsgs',
  'OutErrors',
  'InDestUnreachs',
  'InTimeExcds',
  'InParmProbs',
  'InSrcQuenchs',
  'InRedirects',
  'InEchos',
  'InEchoReps',
  'InTimestamps',
  'InTimestampReps',
  'InAddrMasks',
  'InAddrMaskReps',
  'OutDestUnreachs',
  'OutTimeExcds',
  'OutParmProbs',
  'OutSrcQuenchs',
  'OutRedirects',
  'OutEchos',
  'OutEchoReps',
  'OutTimestamps',
  'OutTimestampReps',
  'OutAddrMasks',
  'OutAddrMaskReps',
] as const;
export const ICMP_MIB_INMSGS = 0;
export const ICMP_MIB_INERRORS = 1;
export const ICMP_MIB_CSUMERRORS = 2;
export const ICMP_MIB_OUTMSGS = 3;
export const ICMP_MIB_OUTERRORS = 4;
/** The first of the counters by type, for messages received; ICMP_MIB_OUT_FIRST likewise for those sent. */
export const ICMP_MIB_IN_FIRST = 5;
export const ICMP_MIB_OUT_FIRST = 16;
