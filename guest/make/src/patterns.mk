(%): %
	$(AR) $(ARFLAGS) $@ $<
%.out: %
	@rm -f $@ 
	cp $< $@
%.c: %.w %.ch
	$(CTANGLE) $^ $@
%.tex: %.w %.ch
	$(CWEAVE) $^ $@
%:: %,v
	$(CHECKOUT,v)
%:: RCS/%,v
	$(CHECKOUT,v)
%:: RCS/%
	$(CHECKOUT,v)
%:: s.%
	$(GET) $(GFLAGS) $(SCCS_OUTPUT_OPTION) $<
%:: SCCS/s.%
	$(GET) $(GFLAGS) $(SCCS_OUTPUT_OPTION) $<
