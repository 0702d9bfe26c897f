/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every layer the decoder knows, one a line: its name and the function that reads it, which is
 * found in the file named after its family.
 */
#pragma once

/* clang-format off */
#define LAYERS(X)					\
	/* ethernet.c, llc.c */				\
	X(ETHERNET,		ethernet_layer)		\
	X(ETHERTYPE,		ethertype_layer)	\
	X(VLAN,			vlan_layer)		\
	X(LLC,			llc_layer)		\
	X(SNAP,			snap_layer)		\
	/* tags.c, switch-tags.c */			\
	X(PBB,			pbb_layer)		\
	X(SHORT_TAG,		short_tag_layer)	\
	X(LONG_TAG,		long_tag_layer)		\
	X(CISCO_METADATA,	cisco_metadata_layer)	\
	X(MACSEC,		macsec_layer)		\
	X(NSH,			nsh_layer)		\
	X(TRILL,		trill_layer)		\
	X(FABRICPATH,		fabricpath_layer)	\
	X(BATMAN,		batman_layer)		\
	X(ARISTA,		arista_layer)		\
	X(BROADCOM,		broadcom_layer)		\
	X(BROADCOM_PREPEND,	broadcom_prepend_layer)	\
	X(DSA,			dsa_layer)		\
	X(EDSA,			edsa_layer)		\
	X(EDSA_TAG,		edsa_tag_layer)		\
	X(REALTEK,		realtek_layer)		\
	/* ipv4.c, ipv6.c, icmp.c, tcp.c */		\
	X(IPV4,			ipv4_layer)		\
	X(IPV6,			ipv6_layer)		\
	X(IPV6_OPTIONS,		ipv6_options_layer)	\
	X(IPV6_ROUTING,		ipv6_routing_layer)	\
	X(IPV6_FRAGMENT,	ipv6_fragment_layer)	\
	X(ICMP,			icmp_layer)		\
	X(ICMPV6,		icmpv6_layer)		\
	X(TCP,			tcp_layer)		\
	X(TCP_QUOTE,		tcp_quote_layer)	\
	/* mpls.c, gre.c, ip-tunnel.c, esp.c, ipcomp.c, l2tp.c */	\
	X(MPLS,			mpls_layer)		\
	X(GRE,			gre_layer)		\
	X(GRE_IN_UDP,		gre_in_udp_layer)	\
	X(ERSPAN2,		erspan2_layer)		\
	X(ERSPAN3,		erspan3_layer)		\
	X(AH,			ah_layer)		\
	X(ESP,			esp_layer)		\
	X(ESP_IN_UDP,		esp_in_udp_layer)	\
	X(IPCOMP,		ipcomp_layer)		\
	X(ETHERIP,		etherip_layer)		\
	X(MINIMAL,		minimal_layer)		\
	X(L2TP_IP,		l2tp_ip_layer)		\
	/* udp.c and what it carries: overlay.c, gtp.c, ip-tunnel.c, l2tp.c, capwap.c */	\
	X(UDP,			udp_layer)		\
	X(VXLAN,		vxlan_layer)		\
	X(VXLAN_GPE,		vxlan_gpe_layer)	\
	X(GENEVE,		geneve_layer)		\
	X(GTP,			gtp_layer)		\
	X(TEREDO,		teredo_layer)		\
	X(AYIYA,		ayiya_layer)		\
	X(GUE,			gue_layer)		\
	X(LISP,			lisp_layer)		\
	X(MOBILE_IP,		mobile_ip_layer)	\
	X(L2TP,			l2tp_layer)		\
	X(CAPWAP,		capwap_layer)		\
	X(HP_ERM,		hp_erm_layer)		\
	X(TZSP,			tzsp_layer)		\
	X(TZSP_LINK,		tzsp_link_layer)	\
	/* ppp.c */					\
	X(PPP,			ppp_layer)		\
	X(PPP_DIRECTION,	ppp_direction_layer)	\
	X(PPPOE,		pppoe_layer)		\
	X(CHDLC,		chdlc_layer)		\
	X(CHDLC_DIRECTION,	chdlc_direction_layer)	\
	/* dot11.c, dot11-headers.c */			\
	X(DOT11,		dot11_layer)		\
	X(DOT11_PADDED,		dot11_padded_layer)	\
	X(DOT11_SWAPPED,	dot11_swapped_layer)	\
	X(RADIOTAP,		radiotap_layer)		\
	X(PRISM,		prism_layer)		\
	X(AVS,			avs_layer)		\
	X(PPI,			ppi_layer)		\
	/* lan.c, wan.c */				\
	X(FDDI,			fddi_layer)		\
	X(TOKEN_RING,		token_ring_layer)	\
	X(ARCNET,		arcnet_layer)		\
	X(ARCNET_LINUX,		arcnet_linux_layer)	\
	X(IPOIB,		ipoib_layer)		\
	X(IEEE1394,		ieee1394_layer)		\
	X(FIBRE_CHANNEL,	fibre_channel_layer)	\
	X(DOCSIS,		docsis_layer)		\
	X(FRAME_RELAY,		frame_relay_layer)	\
	X(FRAME_RELAY_DIRECTION, frame_relay_direction_layer)	\
	X(ATM,			atm_layer)		\
	X(SUNATM,		sunatm_layer)		\
	/* linux.c, bsd.c */				\
	X(SLL,			sll_layer)		\
	X(SLL2,			sll2_layer)		\
	X(NFLOG,		nflog_layer)		\
	X(BSD_NULL,		null_layer)		\
	X(BSD_LOOP,		loop_layer)		\
	X(BSD_ENC,		enc_layer)		\
	X(BSD_PFLOG,		pflog_layer)		\
	X(BSD_SLIP,		slip_layer)		\
	X(RAW,			raw_layer)		\
	/* recorders.c, juniper.c */			\
	X(ERF,			erf_layer)		\
	X(PKTAP,		pktap_layer)		\
	X(USER2,		user2_layer)		\
	X(IPNET,		ipnet_layer)		\
	X(MPACKET,		mpacket_layer)		\
	X(SYMANTEC,		symantec_layer)		\
	X(NETANALYZER,		netanalyzer_layer)	\
	X(NETANALYZER_PREAMBLE,	netanalyzer_preamble_layer)	\
	X(JUNIPER,		juniper_layer)		\
	X(JUNIPER_ETHERNET,	juniper_ethernet_layer)	\
	X(JUNIPER_PPP,		juniper_ppp_layer)	\
	X(JUNIPER_FRAME_RELAY,	juniper_frame_relay_layer)	\
	X(JUNIPER_CHDLC,	juniper_chdlc_layer)	\
	X(JUNIPER_BUNDLE,	juniper_bundle_layer)	\
	X(JUNIPER_MFR,		juniper_mfr_layer)	\
	X(JUNIPER_ATM1,		juniper_atm1_layer)	\
	X(JUNIPER_ATM2,		juniper_atm2_layer)	\
	X(JUNIPER_SERVICES,	juniper_services_layer)	\
	X(JUNIPER_ES,		juniper_es_layer)	\
	X(JUNIPER_PPPOE_ATM,	juniper_pppoe_atm_layer)
/* clang-format on */
